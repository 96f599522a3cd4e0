package conformance

import (
	"context"
	"path/filepath"
	"testing"

	"crosswire/conformance/engine"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// TestScenarios runs every scenario against the reference server, a subtest
// for each and for each row of its matrix. The reference server does all that
// a scenario may need, so nothing is skipped here.
func TestScenarios(t *testing.T) {
	files, err := Files([]string{filepath.Join("..", DefaultPath)})
	if err != nil {
		t.Fatal(err)
	}
	all, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine.Engine{Target: Reference(), Clients: Clients(""), Limits: engine.DefaultLimits}
	console := &report.Console{Rerun: "go run ./cmd/crosswire run --run %s", Events: report.DefaultEvents}
	one := func(t *testing.T, sc *script.Scenario, row script.Row) {
		res := e.Run(context.Background(), sc, row)
		for _, a := range report.Attributes(res) {
			t.Attr(a.Key, a.Value)
		}
		switch text := console.Text(res); {
		case res.Verdict == report.Pass: // the reference server does what it SHOULD, too
			t.Log(report.VerdictLine(res) + "\n" + text)
		default:
			t.Error(report.VerdictLine(res) + "\n" + text)
		}
	}
	for _, sc := range all {
		t.Run(sc.ID, func(t *testing.T) {
			t.Parallel()
			rows := sc.Rows()
			if len(rows) == 1 && len(rows[0]) == 0 {
				one(t, sc, nil)
				return
			}
			for _, row := range rows {
				t.Run(row.String(), func(t *testing.T) {
					t.Parallel()
					one(t, sc, row)
				})
			}
		})
	}
}
