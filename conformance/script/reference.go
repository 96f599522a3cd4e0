package script

import (
	"fmt"
	"slices"
	"strings"
)

// Reference is the tables of the language as text: actors, verbs with their arguments and results, policies,
// capabilities and statuses. The package comment ends with it.
func Reference() string {
	var b strings.Builder
	section := func(title string) { fmt.Fprintf(&b, "\n# %s\n\n", title) }

	section("Actors")
	for _, k := range ActorKinds() {
		fmt.Fprintf(&b, "\t%-8s %s\n", k.Kind, k.Doc)
		if len(k.Versions) > 0 {
			fmt.Fprintf(&b, "\t         versions %s\n", strings.Join(k.Versions, " "))
		}
	}
	b.WriteString("\nOptions of actors\n\n")
	writeParams(&b, ActorOptions(), anyFile)

	for _, group := range []struct {
		title string
		verbs []Verb
	}{{"Verbs of files", fileVerbs()}, {"Verbs of shares", shareVerbs()}, {"Verbs of the control plane", controlVerbs()}} {
		section(group.title)
		b.WriteString("An argument in square brackets may be left out.\n")
		for i := range group.verbs {
			writeVerb(&b, &group.verbs[i])
		}
	}

	section("Policies")
	for _, p := range policies() {
		fmt.Fprintf(&b, "\t%s = %s\n\t\t%s\n", p.Name, strings.Join(p.Values, " "), p.Doc)
	}
	section("Capabilities")
	for _, c := range capabilities() {
		fmt.Fprintf(&b, "\t%-20s %s\n", c.Name, c.Doc)
	}
	section("Statuses")
	for _, f := range statusFamilies {
		spec := f.Spec
		if spec == "" {
			spec = "of any actor: the connection ended, or the bound passed, before a reply came"
		}
		fmt.Fprintf(&b, "%s\n\n%s\n", spec, wrap(f.Names, 110))
	}
	return strings.TrimLeft(b.String(), "\n")
}

func writeVerb(b *strings.Builder, v *Verb) {
	fmt.Fprintf(b, "\n%s (%s)", v.Name, kindList(v.Kinds))
	if v.Doc != "" {
		fmt.Fprintf(b, ": %s", v.Doc)
	}
	fmt.Fprintf(b, "\n\n%s", wrap(strings.Fields(v.Usage()), 100))
	writeParams(b, v.Params, v.Kinds)
	switch {
	case v.Makes == HoldsFile:
		b.WriteString("\t-> an open file\n")
	case v.Makes == HoldsTree:
		b.WriteString("\t-> a tree connect\n")
	}
	if v.Result != "" {
		fmt.Fprintf(b, "\t== %s\n", v.Result)
	}
	var fields []string
	for i, f := range v.Fields {
		comma := ","
		if i == len(v.Fields)-1 {
			comma = ""
		}
		fields = append(fields, fmt.Sprintf(".%s %s%s", f.Name, f.Type, comma))
	}
	if fields != nil {
		b.WriteString(wrap(fields, 100))
	}
}

// family is a short name for a list of kinds.
func family(kinds []ActorKind) string {
	switch {
	case slices.Equal(kinds, allSMB):
		return "SMB"
	case slices.Equal(kinds, onlyNFS):
		return "NFS"
	}
	return kindList(kinds)
}

func writeParams(b *strings.Builder, params []Param, kinds []ActorKind) {
	for _, p := range params {
		if p.Doc == "" && (p.Kinds == nil || len(p.Kinds) == len(kinds)) && p.Words == nil {
			continue
		}
		name := p.Name
		switch p.Form {
		case Option:
			name += "="
		case At:
			name = "@" + name
		case Plus:
			name = "+" + name
		}
		fmt.Fprintf(b, "\t    %-15s", name)
		if p.Kinds != nil && len(p.Kinds) < len(kinds) {
			fmt.Fprintf(b, " %s only;", family(p.Kinds))
		}
		switch p.Type {
		case TypeEnum:
			fmt.Fprintf(b, " %s", strings.Join(p.Words, "|"))
		case TypeSet:
			fmt.Fprintf(b, " words of %s", strings.Join(p.Words, ","))
		default:
			fmt.Fprintf(b, " %s", p.Type)
		}
		if p.Doc != "" {
			fmt.Fprintf(b, ". %s", p.Doc)
		}
		b.WriteByte('\n')
	}
}

// wrap sets words in lines of a code block.
func wrap(words []string, width int) string {
	var b strings.Builder
	col := 0
	for _, w := range words {
		switch {
		case col == 0:
			b.WriteByte('\t')
		case col+1+len(w) > width:
			b.WriteString("\n\t")
			col = 0
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(w)
		col += len(w)
	}
	b.WriteByte('\n')
	return b.String()
}
