// Package script is the language of scenarios.
package script
