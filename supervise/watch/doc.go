// Package watch is svwatch: it says when a file that set/watch of a service
// directory asks for has another content. supervise starts it beside a service, and
// ends it; see svwatch(8).
//
// The kernel tells of a change when it begins, of a save by an editor in five
// pieces, and of a touch as of anything else. So what is told only marks paths
// (tree.go). When it has been quiet (burst.go), each marked path is looked at, and
// what was remembered of its content (content.go) decides whether that is a change:
// all that lies between two looks is one, or none.
package watch
