package rawsmb

import (
	"fmt"
	"net"
	"slices"
	"sort"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// clientName is what reports call this client.
const clientName = "rawsmb"

// config is an actor's declaration, understood.
type config struct {
	addr, host string // where to connect; host without the port, for UNC paths
	share, dir string

	user, password, domain string
	guest, anonymous       bool
	rawNTLM                bool // NTLMSSP without SPNEGO
	multiProtocol          bool // begin with an SMB1 NEGOTIATE

	version  smb2.Dialect // what must come out, 0: any
	dialects []smb2.Dialect
	ciphers  []smb2.Cipher           // offered in 3.1.1
	signings []smb2.SigningAlgorithm // offered in 3.1.1
	sign     string                  // yes, no, required, "" as negotiated
	encrypt  string                  // yes, no, "" as the server wants
}

var (
	allDialects = []smb2.Dialect{smb2.Dialect202, smb2.Dialect210, smb2.Dialect300, smb2.Dialect302, smb2.Dialect311}
	ciphers     = map[string]smb2.Cipher{
		"aes-128-ccm": smb2.CipherAES128CCM, "aes-128-gcm": smb2.CipherAES128GCM,
		"aes-256-ccm": smb2.CipherAES256CCM, "aes-256-gcm": smb2.CipherAES256GCM,
	}
	signings = map[string]smb2.SigningAlgorithm{
		"hmac-sha256": smb2.SigningHMACSHA256, "aes-cmac": smb2.SigningAESCMAC, "aes-gmac": smb2.SigningAESGMAC,
	}
	defaultCiphers  = []smb2.Cipher{smb2.CipherAES128GCM, smb2.CipherAES128CCM, smb2.CipherAES256GCM, smb2.CipherAES256CCM}
	defaultSignings = []smb2.SigningAlgorithm{smb2.SigningAESGMAC, smb2.SigningAESCMAC, smb2.SigningHMACSHA256}
)

// actorOptions are the options of a declaration with their values, nil for any.
var actorOptions = map[string][]string{
	"user": nil, "password": nil, "domain": nil, "share": nil, "port": nil, "dialects": nil,
	"sign": {"yes", "no", "required"}, "encrypt": {"yes", "no"}, "guest": {"yes", "no"}, "anonymous": {"yes", "no"},
	"cipher": {"aes-128-ccm", "aes-128-gcm", "aes-256-ccm", "aes-256-gcm"}, "signing": {"hmac-sha256", "aes-cmac", "aes-gmac"},
	"auth": {"spnego", "ntlmssp"}, "negotiate": {"smb2", "smb1"},
}

// cannotBe names what of an actor's declaration this client is unable to be.
func cannotBe(spec client.Spec) string {
	if spec.Version != "" {
		if _, ok := smb2.ParseDialect(spec.Version); !ok {
			return "dialect " + spec.Version
		}
	}
	keys := make([]string, 0, len(spec.Options))
	for k := range spec.Options {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		values, known := actorOptions[k]
		if !known || values != nil && !slices.Contains(values, spec.Options[k]) {
			return k + "=" + spec.Options[k]
		}
	}
	offer, what := offered(spec)
	if what != "" {
		return what
	}
	// The algorithm of a dialect below 3.1.1 is fixed (MS-SMB2 3.1.4.1, 3.1.4.3).
	has := func(d ...smb2.Dialect) bool {
		return slices.ContainsFunc(offer, func(o smb2.Dialect) bool { return slices.Contains(d, o) })
	}
	among := " among dialects " + dialectList(offer)
	switch v := spec.Options["signing"]; {
	case v == "hmac-sha256" && !has(smb2.Dialect202, smb2.Dialect210, smb2.Dialect311),
		v == "aes-cmac" && !has(smb2.Dialect300, smb2.Dialect302, smb2.Dialect311),
		v == "aes-gmac" && !has(smb2.Dialect311):
		return "signing=" + v + among
	}
	switch v := spec.Options["cipher"]; {
	case v == "aes-128-ccm" && !has(smb2.Dialect300, smb2.Dialect302, smb2.Dialect311),
		v != "" && v != "aes-128-ccm" && !has(smb2.Dialect311):
		return "cipher=" + v + among
	}
	if spec.Options["encrypt"] == "yes" && !has(smb2.Dialect300, smb2.Dialect302, smb2.Dialect311) {
		return "encrypt=yes" + among
	}
	return ""
}

// offered gives the dialects that a declaration offers, in ascending order.
func offered(spec client.Spec) (list []smb2.Dialect, cannot string) {
	words := spec.Options.List("dialects")
	if len(words) == 0 {
		if spec.Version == "" {
			return allDialects, ""
		}
		words = []string{spec.Version}
	}
	for _, w := range words {
		d, ok := smb2.ParseDialect(strings.TrimSpace(w))
		if !ok {
			return nil, "dialects=" + spec.Options["dialects"]
		}
		list = append(list, d)
	}
	slices.Sort(list)
	return slices.Compact(list), ""
}

func dialectList(l []smb2.Dialect) string {
	words := make([]string, len(l))
	for i, d := range l {
		words[i] = d.String()
	}
	return strings.Join(words, ",")
}

// newConfig understands a declaration.
func newConfig(ep client.Endpoint, spec client.Spec) (config, error) {
	if what := cannotBe(spec); what != "" {
		return config{}, client.Unsupported(clientName, "%s", what)
	}
	if ep.SMB == "" {
		return config{}, client.Unsupported(clientName, "SMB: the target does not serve it")
	}
	o := spec.Options
	cfg := config{
		addr: ep.SMB, share: ep.Share, dir: ep.Dir,
		user: o.Get("user", ep.User), password: o.Get("password", ep.Password), domain: o.Get("domain", ep.Domain),
		guest: o["guest"] == "yes", anonymous: o["anonymous"] == "yes",
		rawNTLM: o["auth"] == "ntlmssp", multiProtocol: o["negotiate"] == "smb1",
		ciphers: defaultCiphers, signings: defaultSignings,
		sign: o["sign"], encrypt: o["encrypt"],
	}
	if cfg.guest {
		cfg.user, cfg.password = o.Get("user", "Guest"), o["password"]
	}
	host, _, err := net.SplitHostPort(ep.SMB)
	if err != nil {
		return config{}, fmt.Errorf("the target's SMB address: %w", err)
	}
	cfg.host = host
	if port, ok := o["port"]; ok {
		cfg.addr = net.JoinHostPort(host, port)
	}
	if s, ok := o["share"]; ok {
		// The scenario's folder is below the endpoint's own share only.
		if !strings.EqualFold(s, ep.Share) {
			cfg.dir = ""
		}
		cfg.share = s
	}
	if c, ok := ciphers[o["cipher"]]; ok {
		cfg.ciphers = []smb2.Cipher{c}
	}
	if s, ok := signings[o["signing"]]; ok {
		cfg.signings = []smb2.SigningAlgorithm{s}
	}
	cfg.dialects, _ = offered(spec)
	cfg.version, _ = smb2.ParseDialect(spec.Version)
	return cfg, nil
}

// securityMode is what NEGOTIATE and SESSION_SETUP say of signing.
func (c *config) securityMode() smb2.SecurityMode {
	if c.sign == "required" {
		return smb2.SigningEnabled | smb2.SigningRequired
	}
	return smb2.SigningEnabled
}

// capabilities are those of the NEGOTIATE request: 0 unless a 3.x dialect is
// offered (MS-SMB2 2.2.3).
func (c *config) capabilities() smb2.Capabilities {
	if c.dialects[len(c.dialects)-1] < smb2.Dialect300 {
		return 0
	}
	return smb2.CapLeasing | smb2.CapLargeMTU | smb2.CapPersistentHandles | smb2.CapDirectoryLeasing | smb2.CapEncryption
}
