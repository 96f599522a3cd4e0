package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"crosswire/conformance"
	"crosswire/conformance/script"
)

type listCmd struct {
	selection `embed:""`

	JSON bool `name:"json" help:"Print the parsed scenarios, and the JSON Schema of that form."`
}

// Run prints a line for each scenario: its id, how many runs of it were
// selected, what it covers and its claim.
func (c *listCmd) Run(s streams) error {
	cases, err := conformance.Select(conformance.Options{Paths: c.Paths, Run: c.selection.Run, Tags: c.Tags})
	if err != nil {
		return err
	}
	var all []*script.Scenario
	runs := map[*script.Scenario]int{}
	for _, k := range cases {
		if runs[k.Scenario] == 0 {
			all = append(all, k.Scenario)
		}
		runs[k.Scenario]++
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			Schema    json.RawMessage    `json:"schema"`
			Scenarios []*script.Scenario `json:"scenarios"`
		}{json.RawMessage(script.Schema()), all})
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, sc := range all {
		var covers []string
		for _, e := range sc.Covers {
			covers = append(covers, e.Entry)
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", sc.ID, runs[sc], strings.Join(covers, " "), strings.Join(sc.Doc, " "))
	}
	return w.Flush()
}
