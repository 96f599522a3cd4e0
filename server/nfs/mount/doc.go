// Package mount is the mount protocol: version 3 with all six procedures (RFC
// 1813 appendix I), and of version 1 (RFC 1094 appendix A) those that need no
// version 2 handle, because showmount and umount of older clients ask it.
//
// A share NAME is the export /NAME; a directory below it can be mounted too,
// by names only: "..", and symbolic links, are refused, so that a path never
// leaves its share.
//
// Only server/nfs imports it.
package mount
