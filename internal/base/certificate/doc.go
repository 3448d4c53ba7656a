// Package certificate is in charge of HTTPS: a certificate read from files, or
// obtained from a certificate authority (ACME, RFC 8555) and renewed.
//
// Tables: certificate.
package certificate
