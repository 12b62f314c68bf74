// Package socket binds the sockets of set/sockets, says who has an address that
// is in use, and keeps them while no supervise lives.
//
// # Who keeps them
//
// A connection must not be refused while the service restarts, while supervise
// does, or svscan: so at any instant some process has the socket open. Svscan, which
// keeps the ends of FIFOs, cannot be it: a FIFO has a name by which whoever comes
// next opens it again, a socket has none. The svscan after one that was killed would
// have to be handed each by the supervises that live, the supervise after one that
// was killed by svscan; and with svscan -dense both are one process. Nor can the
// service be it, whose descriptors nobody may take in a container, and which does
// not run while it waits for its first connection.
//
// So a process of its own keeps them, the holder: supervise starts it before the
// service, with the sockets as descriptors and a listening socket that has a name,
// supervise/sockets. It does nothing but to hand them, over that, to a supervise
// that asks. Then all that may happen to supervise is the same: killed, executed
// again, let go, moved into svscan or out of it, it asks, and has the sockets. Should
// the holder be killed, supervise, which has them too, starts another. Only where
// both are killed within milliseconds are they lost, and then the run that there is
// still has them.
//
// It costs a process for each service that has sockets, and nothing for others.
package socket
