package script

import (
	"errors"
	"strings"
)

// String names the row stably for reports: "nfs_break=wait,state=RWH".
func (r Row) String() string {
	var b strings.Builder
	for i, v := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.Name)
		b.WriteByte('=')
		b.WriteString(v.Value)
	}
	return b.String()
}

// Rows is the product of the matrix less the exceptions, in file order, the last dimension fastest. A scenario
// without a matrix has one empty row.
func (s *Scenario) Rows() []Row { return []Row{nil} }

// Bind gives the concrete form for one row. run replaces {run}, a token that makes names of things outside the
// scenario's folder (shares) unique; letters and digits only. An error means that s did not come from Parse.
func (s *Scenario) Bind(r Row, run string) (*Scenario, error) {
	return nil, errors.New("script: not bound")
}

type line struct{}
