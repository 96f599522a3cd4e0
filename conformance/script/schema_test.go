package script

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSchemaIsCheckedIn: schema.json describes the types of ast.go.
func TestSchemaIsCheckedIn(t *testing.T) {
	g := schemaOf{defs: map[string]any{}}
	root := g.structure(reflect.TypeFor[Scenario]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "A scenario of Crosswire in its parsed form"
	root["$defs"] = g.defs
	want, err := json.MarshalIndent(root, "", "  ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile("schema.json", want, 0o644))
		return
	}
	require.Equal(t, string(want), Schema(), "run: go test ./conformance/script -update")
}

// schemaOf derives a JSON Schema from Go types.
type schemaOf struct{ defs map[string]any }

func (g schemaOf) structure(t reflect.Type) map[string]any {
	props := map[string]any{}
	required := []string{}
	for f := range fields(t) {
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		props[name] = g.typ(f.Type)
		if opts != "omitempty" {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": props, "required": required, "additionalProperties": false}
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func (g schemaOf) typ(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[Cache]():
		return map[string]any{"type": "string", "pattern": `^(none|lease:[RWH]+|oplock:(II|exclusive|batch)|.*\{.*)$`}
	case reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "integer", "description": "nanoseconds"}
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[Action]():
		return g.action()
	case reflect.TypeFor[Grade]():
		return words(Must, Should, Observe)
	case reflect.TypeFor[SetupKind]():
		return words(setupKinds...)
	case reflect.TypeFor[ReplyState]():
		return map[string]any{"type": "string", "pattern": `^(ok|fails|pending|.*\{.*)$`}
	case reflect.TypeFor[BreakReply]():
		return map[string]any{"type": "string", "pattern": `^(hold|ack|.*\{.*)$`}
	case reflect.TypeFor[SubjectKind]():
		return words(SubjectActor, SubjectCapture, SubjectAsync)
	case reflect.TypeFor[DataForm]():
		return words(DataLiteral, DataZeros, DataPattern)
	case reflect.TypeFor[Op]():
		return words(ops...)
	case reflect.TypeFor[Type]():
		return words(TypeString, TypeBytes, TypeNumber, TypeDuration, TypeTime, TypePath, TypeHandle, TypeAccess, TypeLease, TypeOplock,
			TypeCache, TypeEnum, TypeSet, TypeList, TypeFlag, TypeBool, TypeRef, TypeTemplate)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.typ(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string", "contentEncoding": "base64"}
		}
		return map[string]any{"type": "array", "items": g.typ(t.Elem())}
	case reflect.Struct:
		if _, ok := g.defs[t.Name()]; !ok {
			g.defs[t.Name()] = nil
			g.defs[t.Name()] = g.structure(t)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	}
	panic("no schema for " + t.String())
}

func (g schemaOf) action() map[string]any {
	var all []any
	for _, a := range []Action{&Call{}, &OnBreak{}, &Require{}, &ExpectBreak{}, &ExpectReply{}, &ExpectValue{}, &Never{}, &Order{}} {
		tag, err := tagged(a)
		if err != nil {
			panic(err)
		}
		s := g.structure(reflect.TypeOf(a).Elem())
		s["properties"].(map[string]any)["action"] = words(reflect.ValueOf(tag).Field(0).String())
		s["required"] = append([]string{"action"}, s["required"].([]string)...)
		name := reflect.TypeOf(a).Elem().Name()
		g.defs[name] = s
		all = append(all, map[string]any{"$ref": "#/$defs/" + name})
	}
	return map[string]any{"oneOf": all}
}

func words[S ~string](all ...S) map[string]any {
	list := make([]any, len(all))
	for i, w := range all {
		list[i] = string(w)
	}
	return map[string]any{"type": "string", "enum": list}
}

// TestJSONFitsSchema: what scenarios marshal to, in general and bound, is what the schema says.
func TestJSONFitsSchema(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(Schema()), &schema))
	actions := map[string]bool{}
	for _, s := range goodScenarios(t) {
		t.Run(s.ID, func(t *testing.T) {
			forms := []*Scenario{s}
			for _, r := range s.Rows() {
				b, err := s.Bind(r, "r1")
				require.NoError(t, err)
				forms = append(forms, b)
			}
			for _, f := range forms {
				text, err := json.Marshal(f)
				require.NoError(t, err)
				var v any
				require.NoError(t, json.Unmarshal(text, &v))
				if msg := validate(schema, schema, v, "$"); msg != "" {
					t.Fatal(msg)
				}
				for _, st := range v.(map[string]any)["steps"].([]any) {
					actions[st.(map[string]any)["do"].(map[string]any)["action"].(string)] = true
				}
			}
		})
	}
	require.Len(t, actions, 8, "the good scenarios show every action")
}

func TestSchemaRefuses(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(Schema()), &schema))
	s := goodScenarios(t)[0]
	for name, spoil := range map[string]func(v map[string]any){
		"no id":             func(v map[string]any) { delete(v, "id") },
		"an unknown member": func(v map[string]any) { v["extra"] = 1.0 },
		"a grade":           func(v map[string]any) { v["cites"].([]any)[0].(map[string]any)["grade"] = "MAY" },
		"an action": func(v map[string]any) {
			v["steps"].([]any)[0].(map[string]any)["do"] = map[string]any{"action": "dance"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(s)
			require.NoError(t, err)
			var v map[string]any
			require.NoError(t, json.Unmarshal(text, &v))
			spoil(v)
			require.NotEmpty(t, validate(schema, schema, v, "$"))
		})
	}
}

// validate checks v against the part of JSON Schema that schema.json uses.
func validate(root, s map[string]any, v any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		return validate(root, root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), v, at)
	}
	if choice, ok := s["oneOf"].([]any); ok {
		fits, why := 0, ""
		for _, c := range choice {
			msg := validate(root, c.(map[string]any), v, at)
			if msg == "" {
				fits++
			}
			why += msg + "; "
		}
		if fits != 1 {
			return fmt.Sprintf("%s fits %d of its choices: %s", at, fits, why)
		}
		return ""
	}
	switch s["type"] {
	case "object":
		return validateObject(root, s, v, at)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return fmt.Sprintf("%s is no array: %v", at, v)
		}
		for i, e := range list {
			if msg := validate(root, s["items"].(map[string]any), e, fmt.Sprintf("%s[%d]", at, i)); msg != "" {
				return msg
			}
		}
	case "string":
		str, ok := v.(string)
		if !ok {
			return fmt.Sprintf("%s is no string: %v", at, v)
		}
		if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, any(str)) {
			return fmt.Sprintf("%s is %q, not one of %v", at, str, enum)
		}
		if re, ok := s["pattern"].(string); ok && !matches(re, str) {
			return fmt.Sprintf("%s is %q, which does not match %s", at, str, re)
		}
	case "integer":
		if n, ok := v.(float64); !ok || n != math.Trunc(n) {
			return fmt.Sprintf("%s is no integer: %v", at, v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%s is no boolean: %v", at, v)
		}
	default:
		return fmt.Sprintf("%s: the schema says nothing that this test knows: %v", at, s)
	}
	return ""
}

func validateObject(root, s map[string]any, v any, at string) string {
	obj, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%s is no object: %v", at, v)
	}
	for _, r := range s["required"].([]any) {
		if _, ok := obj[r.(string)]; !ok {
			return fmt.Sprintf("%s has no %s", at, r)
		}
	}
	props := s["properties"].(map[string]any)
	for k, e := range obj {
		p, ok := props[k].(map[string]any)
		if !ok {
			return fmt.Sprintf("%s has a member %s that the schema does not know", at, k)
		}
		if msg := validate(root, p, e, at+"."+k); msg != "" {
			return msg
		}
	}
	return ""
}

// goodScenarios parses all of testdata/good.
func goodScenarios(t testing.TB) []*Scenario {
	t.Helper()
	var out []*Scenario
	for _, file := range goodFiles(t) {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		s, err := Parse(strings.Replace(file, "testdata/good", "scenarios", 1), src)
		require.NoError(t, err)
		out = append(out, s)
	}
	return out
}

func goodFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/good/*/*.scenario")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}
