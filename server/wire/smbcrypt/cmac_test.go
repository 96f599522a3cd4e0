package smbcrypt

import "testing"

const rfc4493Message = `6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
	30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710`

// RFC 4493 section 4, and for the longer keys NIST SP 800-38B appendix D.
func TestCMACVectors(t *testing.T) {
	rows := []struct {
		name, key string
		length    int
		tag       string
	}{
		{"AES-128, 0 bytes", "2b7e151628aed2a6abf7158809cf4f3c", 0, "bb1d6929e95937287fa37d129b756746"},
		{"AES-128, 16 bytes", "2b7e151628aed2a6abf7158809cf4f3c", 16, "070a16b46b4d4144f79bdd9dd04a287c"},
		{"AES-128, 40 bytes", "2b7e151628aed2a6abf7158809cf4f3c", 40, "dfa66747de9ae63030ca32611497c827"},
		{"AES-128, 64 bytes", "2b7e151628aed2a6abf7158809cf4f3c", 64, "51f0bebf7e3b9d92fc49741779363cfe"},
		{"AES-256, 0 bytes", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 0, "028962f61b7bf89efc6b551f4667d983"},
		{"AES-256, 64 bytes", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 64, "e1992190549f6ed5696a2c056c315410"},
	}
	msg := unhex(t, rfc4493Message)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			c, err := NewCMAC(unhex(t, r.key))
			if err != nil {
				t.Fatal(err)
			}
			tag := c.Sum(msg[:r.length])
			wantHex(t, "tag", tag[:], r.tag)
		})
	}
}

func TestCMACSubkeys(t *testing.T) {
	c, err := NewCMAC(unhex(t, "2b7e151628aed2a6abf7158809cf4f3c"))
	if err != nil {
		t.Fatal(err)
	}
	wantHex(t, "K1", c.k1[:], "fbeed618357133667c85e08f7236a8de")
	wantHex(t, "K2", c.k2[:], "f7ddac306ae266ccf90bc11ee46d513b")
}

// The tag must not depend on how the message is cut into parts.
func TestCMACParts(t *testing.T) {
	msg := unhex(t, rfc4493Message)
	c, err := NewCMAC(unhex(t, "2b7e151628aed2a6abf7158809cf4f3c"))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(msg) + 1 {
		want := c.Sum(msg[:n])
		for i := range n + 1 {
			for j := i; j <= n; j++ {
				if got := c.Sum(msg[:i], msg[i:j], nil, msg[j:n]); got != want {
					t.Fatalf("%d bytes cut at %d and %d: %x, want %x", n, i, j, got, want)
				}
			}
		}
	}
}
