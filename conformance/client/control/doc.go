// Package control speaks to a target's control plane: HTTP with JSON, as
// crosswire serve offers it and as any other server may to be driven by the
// suite. Plane is what the engine uses for set-up; Factory makes the actor
// "control" of scenarios out of it.
//
//	GET    /v1/shares            → [{"name": …}, …]
//	POST   /v1/shares            {"name": …}
//	PATCH  /v1/shares/{name}     members to change
//	DELETE /v1/shares/{name}
//	GET    /v1/users             → [{"name": …}, …]
//	POST   /v1/users             {"name": …, "password": …}
//	DELETE /v1/users/{name}
//	GET    /v1/policies          → {"nfs_break": "notify", …}
//	PUT    /v1/policies          {"nfs_break": "wait"}
//	GET    /v1/counters          → {"smb_breaks_sent": 3, …}
//	POST   /v1/quiesce
//	POST   /v1/clock/advance     {"duration": "35s"}; 409 if the clock is the system's
//
// A refusal is a 4xx or 5xx with {"error": …}; it arrives as an *Error, which
// is a client.StatusError of the protocol "control" with a name like HTTP_404.
// What a plane does not offer (404 on the collection, 405, 501) is an
// *client.UnsupportedError.
//
// Only the conformance engine, the targets and tests import this package.
package control
