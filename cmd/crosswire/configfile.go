package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// configError is a mistake in a file, with its place.
type configError struct {
	file         string
	line, column int // from 1; 0: the file as a whole
	msg          string
	source       string // the line
}

// Error renders "file:line:col: message", the line and a caret.
func (e *configError) Error() string {
	if e.line == 0 {
		return e.file + ": " + e.msg
	}
	return fmt.Sprintf("%s:%d:%d: %s\n    %s\n    %s^", e.file, e.line, e.column, e.msg, e.source, strings.Repeat(" ", max(e.column-1, 0)))
}

// readConfig reads and checks the file of serve --config.
func readConfig(name string) (config, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return config{}, err
	}
	return parseConfig(name, src)
}

// parseConfig checks a file; a mistake is a *configError.
func parseConfig(name string, src []byte) (config, error) {
	var cfg config
	doc, err := parser.ParseBytes(src, 0)
	if err == nil {
		err = yaml.UnmarshalWithOptions(src, &cfg, yaml.Strict())
	}
	if err != nil {
		e := &configError{file: name, msg: err.Error()}
		var y yaml.Error
		if errors.As(err, &y) {
			e.msg = y.GetMessage()
			e.place(src, y.GetToken())
		}
		return config{}, e
	}
	if p := cfg.check(); p != nil {
		e := &configError{file: name, msg: p.Error()}
		for _, d := range doc.Docs {
			e.place(src, find(d.Body, p.path))
		}
		return config{}, e
	}
	return cfg, nil
}

func (e *configError) place(src []byte, t *token.Token) {
	if t == nil || t.Position == nil {
		return
	}
	e.line, e.column = t.Position.Line, t.Position.Column
	lines := strings.Split(string(src), "\n")
	if e.line >= 1 && e.line <= len(lines) {
		// One column a character, or the caret is off.
		e.source = strings.ReplaceAll(strings.TrimRight(lines[e.line-1], "\r"), "\t", " ")
	}
}

// find is the token of the value to which path leads, or of the last node on
// the way that exists.
func find(n ast.Node, path []any) *token.Token {
	for _, step := range path {
		var next ast.Node
		switch n := n.(type) {
		case *ast.MappingNode:
			for _, v := range n.Values {
				if v.Key.GetToken().Value == step {
					next = v.Value
				}
			}
		case *ast.SequenceNode:
			if i, ok := step.(int); ok && i < len(n.Values) {
				next = n.Values[i]
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	if n == nil {
		return nil
	}
	return n.GetToken()
}
