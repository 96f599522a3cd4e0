package script

import (
	_ "embed" // the schema
	"encoding/json"
	"fmt"
)

//go:embed schema.json
var schema string

// Schema is the JSON Schema (draft 2020-12) of the JSON that a Scenario marshals to.
func Schema() string { return schema }

// MarshalJSON gives the step with its action, which says what it is by "action": call, on-break, require, expect-break,
// expect-reply, expect-value, never or order.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step
	out := struct {
		plain
		Do any `json:"do"`
	}{plain: plain(s)}
	var err error
	out.Do, err = tagged(s.Do)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

type (
	taggedCall struct {
		Action string `json:"action"`
		*Call
	}
	taggedOnBreak struct {
		Action string `json:"action"`
		*OnBreak
	}
	taggedRequire struct {
		Action string `json:"action"`
		*Require
	}
	taggedExpectBreak struct {
		Action string `json:"action"`
		*ExpectBreak
	}
	taggedExpectReply struct {
		Action string `json:"action"`
		*ExpectReply
	}
	taggedExpectValue struct {
		Action string `json:"action"`
		*ExpectValue
	}
	taggedNever struct {
		Action string `json:"action"`
		*Never
	}
	taggedOrder struct {
		Action string `json:"action"`
		*Order
	}
)

func tagged(a Action) (any, error) {
	switch a := a.(type) {
	case *Call:
		return taggedCall{"call", a}, nil
	case *OnBreak:
		return taggedOnBreak{"on-break", a}, nil
	case *Require:
		return taggedRequire{"require", a}, nil
	case *ExpectBreak:
		return taggedExpectBreak{"expect-break", a}, nil
	case *ExpectReply:
		return taggedExpectReply{"expect-reply", a}, nil
	case *ExpectValue:
		return taggedExpectValue{"expect-value", a}, nil
	case *Never:
		return taggedNever{"never", a}, nil
	case *Order:
		return taggedOrder{"order", a}, nil
	}
	return nil, fmt.Errorf("script: no action of type %T", a)
}
