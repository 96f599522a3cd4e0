package report

import (
	"encoding/json"
	"io"

	"crosswire/conformance/client"
)

// eventJSON is one line of events.jsonl.
type eventJSON struct {
	Seq      int     `json:"seq"`
	Time     float64 `json:"time"` // seconds since the scenario began
	Actor    string  `json:"actor"`
	Kind     string  `json:"kind"`
	Step     string  `json:"step,omitempty"`
	Handle   string  `json:"handle,omitempty"`
	Path     string  `json:"path,omitempty"`
	From     string  `json:"from,omitempty"`
	To       string  `json:"to,omitempty"`
	AckWants bool    `json:"ack_required,omitempty"`
	Status   string  `json:"status,omitempty"`
	Detail   string  `json:"detail,omitempty"`
}

// WriteEvents writes events.jsonl: an object a line, in the order of the
// clock.
func WriteEvents(w io.Writer, events []client.Event) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, e := range events {
		j := eventJSON{
			Seq: e.Seq, Time: e.Time.Seconds(), Actor: e.Actor, Kind: string(e.Kind), Step: e.Step,
			From: e.From, To: e.To, AckWants: e.AckRequired, Status: e.Status, Detail: e.Detail,
		}
		if e.Handle != nil {
			j.Handle, j.Path = e.Handle.Name, e.Handle.Path
		}
		if err := enc.Encode(j); err != nil {
			return err
		}
	}
	return nil
}
