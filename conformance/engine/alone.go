package engine

import "crosswire/conformance/script"

// alone reports whether a scenario judges what the whole target shares, so
// that another run beside it would change the answer: a counter, or all of the
// list of shares or exports. To add a share, or to look for one in a list, is
// no reason: every run's shares have names of their own.
func alone(sc *script.Scenario) bool {
	for _, st := range sc.Steps {
		c, ok := st.Do.(*script.Call)
		if !ok {
			continue
		}
		switch c.Verb {
		case "counter", "share list", "crash":
			return true
		case "shares", "exports":
			if len(c.Captures) > 0 || c.Async != "" {
				return true
			}
			for _, ch := range c.Checks {
				if ch.Op != script.Contains && ch.Op != script.Lacks {
					return true
				}
			}
		}
	}
	return false
}
