// Package attribute is what svexec does: it takes on the attributes that stand
// in set/ of a service directory, and becomes the service.
//
// All settings are read before any is applied: one that cannot be used changes
// nothing. They are applied in one order, which is the table in order.go; the
// comments there say why. Whatever goes wrong, the service is not started: there
// is no value from before to fall back to, and a start without an attribute may
// be a start as root.
//
// Credentials, capabilities, priorities and the signal mask belong to a thread,
// and exec keeps those of the thread that calls it. So Exec stays on one thread,
// and the others keep what they had until exec ends them.
//
// It lives for two milliseconds: nothing is cached, and what is opened is left
// to exec to close.
package attribute
