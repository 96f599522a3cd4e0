package conformance

import (
	"context"
	"errors"

	"crosswire/conformance/target"
)

// Reference is the reference server in this process, a fresh one for each
// run.
func Reference() target.Target {
	return &target.Reference{New: startReference}
}

func startReference(context.Context, target.ServerConfig) (target.Server, error) {
	return nil, errors.New("this binary was built without the reference server: give --target")
}
