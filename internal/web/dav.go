package web

// davPrefix is where CalDAV is.
const davPrefix = "/dav"
