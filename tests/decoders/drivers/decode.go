// The decoders and routers of Go. See ../README.md for the lines that are read and written.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/gorilla/mux"
)

// route has a path in mux's syntax, and the names of its fields.
type route struct {
	pattern string
	names   []string
}

var routes = map[string]route{
	"tickets": {"/tickets/{reference}/done", []string{"reference"}},
	"page":    {"/t/x-{reference}.html", []string{"reference"}},
	"two":     {"/r/{submission_id}/{reference}", []string{"submission_id", "reference"}},
	"root":    {"/{reference}", []string{"reference"}},
	"slash":   {"/tickets/{reference}/", []string{"reference"}},
	"tenant":  {"/Tenant/acme/{unique_value}/{reference}", []string{"unique_value", "reference"}},
}

type decoder struct {
	name   string
	decode func(target, query string) url.Values
}

// request returns the request that a server makes of a target, or nil if the server answers 400. A
// target has no fragment (RFC 9112, section 3.2). A client that sends one is among the limits in
// the README: Go reads it as a part of the query or path.
func request(target string) *http.Request {
	target, _, _ = strings.Cut(target, "#")
	address, err := url.ParseRequestURI(target)
	if err != nil {
		return nil
	}
	return &http.Request{Method: "GET", URL: address, RequestURI: target, Host: "desk.example",
		Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
}

var decoders = []decoder{
	{"url.ParseQuery", func(_, query string) url.Values {
		// The readable pairs are returned in addition to an error, and Request.FormValue uses them.
		values, _ := url.ParseQuery(query)
		return values
	}},
	{"Request.URL.Query", func(target, _ string) url.Values {
		if r := request(target); r != nil {
			return r.URL.Query()
		}
		return nil
	}},
	{"http.AllowQuerySemicolons", func(target, _ string) url.Values {
		r := request(target)
		if r == nil {
			return nil
		}
		var values url.Values
		keep := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { values = r.URL.Query() })
		http.AllowQuerySemicolons(keep).ServeHTTP(nil, r)
		return values
	}},
}

type router struct {
	name  string
	match func(target, route string) map[string]string
	// encoded is true if the application decodes the values.
	encoded bool
}

// byMux serves a request with a router of gorilla/mux. A redirect to a cleaned path matches
// nothing: the next request is another one.
func byMux(configure func(*mux.Router) *mux.Router) func(target, route string) map[string]string {
	routers := map[string]*mux.Router{}
	var found map[string]string
	for name, route := range routes {
		routers[name] = configure(mux.NewRouter())
		routers[name].HandleFunc(route.pattern, func(_ http.ResponseWriter, r *http.Request) {
			found = mux.Vars(r)
		})
	}
	return func(target, name string) map[string]string {
		found = nil
		if r := request(target); r != nil {
			routers[name].ServeHTTP(httptest.NewRecorder(), r)
		}
		return found
	}
}

// byPrefix splits a path behind http.ServeMux, like programs did before it had patterns.
func byPrefix() func(target, route string) map[string]string {
	var path string
	server := http.NewServeMux()
	server.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { path = r.URL.Path })
	return func(target, name string) map[string]string {
		path = ""
		if r := request(target); r != nil {
			server.ServeHTTP(httptest.NewRecorder(), r)
		}
		parts := strings.Split(strings.Trim(path, "/"), "/")
		wanted := strings.Split(strings.Trim(routes[name].pattern, "/"), "/")
		if len(parts) != len(wanted) {
			return nil
		}
		found := map[string]string{}
		for i, part := range wanted {
			before, rest, isName := strings.Cut(part, "{")
			field, after, _ := strings.Cut(rest, "}")
			if !isName {
				if part != parts[i] {
					return nil
				}
				continue
			}
			if len(parts[i]) <= len(before)+len(after) || !strings.HasPrefix(parts[i], before) || !strings.HasSuffix(parts[i], after) {
				return nil
			}
			found[field] = parts[i][len(before) : len(parts[i])-len(after)]
		}
		return found
	}
}

var routers = []router{
	{"gorilla/mux", byMux(func(r *mux.Router) *mux.Router { return r }), false},
	{"gorilla/mux, encoded path", byMux(func(r *mux.Router) *mux.Router { return r.UseEncodedPath().SkipClean(true) }), true},
	{"http.ServeMux, strings.Split", byPrefix(), false},
}

func text(digits string) string {
	bytes, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return string(bytes)
}

func cell(found [][]string) string {
	groups := make([]string, len(found))
	for i, texts := range found {
		written := make([]string, len(texts))
		for j, text := range texts {
			written[j] = "=" + hex.EncodeToString([]byte(text))
		}
		groups[i] = strings.Join(written, ",")
	}
	return strings.Join(groups, ";")
}

func main() {
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	var head []string
	for _, decoder := range decoders {
		head = append(head, "query:Go "+decoder.name)
	}
	for _, router := range routers {
		head = append(head, "path:Go "+router.name)
	}
	fmt.Fprintln(out, strings.Join(head, "\t"))
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	for in.Scan() {
		parts := strings.Split(in.Text(), "\t")
		target, query, name := text(parts[0]), text(parts[1]), parts[2]
		names := strings.Split(parts[3], ",")
		var cells []string
		for _, decoder := range decoders {
			values := decoder.decode(target, query)
			var found [][]string
			for _, name := range names {
				found = append(found, values[text(name)])
			}
			cells = append(cells, cell(found))
		}
		for _, router := range routers {
			if name == "-" {
				cells = append(cells, "")
				continue
			}
			values := router.match(target, name)
			var found [][]string
			for _, field := range routes[name].names {
				value, ok := values[field]
				if ok && router.encoded {
					decoded, err := url.PathUnescape(value)
					value, ok = decoded, err == nil
				}
				if ok {
					found = append(found, []string{value})
				} else {
					found = append(found, nil)
				}
			}
			cells = append(cells, cell(found))
		}
		fmt.Fprintln(out, strings.Join(cells, "\t"))
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}
