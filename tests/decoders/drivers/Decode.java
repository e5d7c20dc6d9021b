// The decoders and paths of Java's servers. See ../README.md for the lines that are read and written.

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.buf.UDecoder;
import org.apache.tomcat.util.http.Parameters;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.util.MultiMap;
import org.eclipse.jetty.util.URIUtil;
import org.eclipse.jetty.util.UrlEncoded;

final class Decode {
    /** A route as a pattern, with the names of its fields. */
    record Route(Pattern pattern, List<String> names) {
        static Route of(String pattern, String... names) {
            // Java's group names can't contain `_`, so groups are used by position.
            return new Route(Pattern.compile(pattern), List.of(names));
        }
    }

    static final Map<String, Route> ROUTES = Map.of(
            "tickets", Route.of("/tickets/([^/]+)/done/?", "reference"),
            "page", Route.of("/t/x-([^/]+)\\.html", "reference"),
            "two", Route.of("/r/([^/]+)/([^/]+)/?", "submission_id", "reference"),
            "root", Route.of("/([^/]+)/?", "reference"),
            "slash", Route.of("/tickets/([^/]+)/?", "reference"),
            "tenant", Route.of("/Tenant/acme/([^/]+)/([^/]+)/?", "unique_value", "reference"));

    interface Decoder {
        List<List<String>> read(String query, List<String> names);
    }

    interface Paths {
        /** Returns the decoded path, or null if the server answers 400. */
        String path(String target);
    }

    static List<List<String>> byTomcat(String query, List<String> names) {
        Parameters parameters = new Parameters();
        parameters.setURLDecoder(new UDecoder());
        parameters.setCharset(StandardCharsets.UTF_8);
        parameters.setQueryStringCharset(StandardCharsets.UTF_8);
        byte[] bytes = query.getBytes(StandardCharsets.UTF_8);
        try {
            parameters.processParameters(bytes, 0, bytes.length);
        } catch (IllegalStateException tooMany) {
            return names.stream().map(name -> List.<String>of()).toList();
        }
        List<List<String>> found = new ArrayList<>();
        for (String name : names) {
            String[] values = parameters.getParameterValues(name);
            found.add(values == null ? List.of() : List.of(values));
        }
        return found;
    }

    static List<List<String>> byJetty(String query, List<String> names) {
        MultiMap<String> decoded = new MultiMap<>();
        try {
            UrlEncoded.decodeUtf8To(query, decoded);
        } catch (RuntimeException refused) {
            // The server answers 400.
            decoded.clear();
        }
        List<List<String>> found = new ArrayList<>();
        for (String name : names) {
            List<String> values = decoded.getValues(name);
            found.add(values == null ? List.of() : values);
        }
        return found;
    }

    /** The steps in which Tomcat's connector makes a request's path from its target. */
    static final class Tomcat extends CoyoteAdapter implements Paths {
        private final Connector connector;

        private Tomcat(Connector connector) {
            super(connector);
            this.connector = connector;
        }

        static Tomcat of(EncodedSolidusHandling solidus, boolean backslash) {
            Connector connector = new Connector();
            connector.setEncodedSolidusHandling(solidus.getValue());
            connector.setAllowBackslash(backslash);
            return new Tomcat(connector);
        }

        @Override
        @SuppressWarnings("deprecation") // What this release's own connector calls.
        public String path(String target) {
            int end = target.indexOf('?');
            String path = end < 0 ? target : target.substring(0, end);
            if (!path.startsWith("/") || path.indexOf('#') >= 0) {
                return null;
            }
            org.apache.coyote.Request coyote = new org.apache.coyote.Request();
            Request request = new Request(connector);
            request.setCoyoteRequest(coyote);
            Response response = new Response();
            response.setRequest(request);
            response.setCoyoteResponse(new org.apache.coyote.Response());
            request.setResponse(response);
            byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
            coyote.requestURI().setBytes(bytes, 0, bytes.length);
            MessageBytes decoded = coyote.decodedURI();
            try {
                decoded.duplicate(coyote.requestURI());
                parsePathParameters(coyote, request);
                coyote.getURLDecoder()
                        .convert(decoded.getByteChunk(), connector.getEncodedSolidusHandlingInternal());
                if (!normalize(decoded, connector.getAllowBackslash())) {
                    return null;
                }
                convertURI(decoded, request);
                if (response.isError()) {
                    return null;
                }
            } catch (java.io.IOException | IllegalArgumentException refused) {
                return null;
            }
            return decoded.toString();
        }
    }

    static String byJettyPath(String target) {
        try {
            HttpURI uri = new HttpURI();
            uri.parseRequestTarget("GET", target);
            return URIUtil.canonicalPath(uri.getDecodedPath());
        } catch (RuntimeException refused) {
            return null;
        }
    }

    static final Map<String, Decoder> DECODERS = new LinkedHashMap<>();
    static final Map<String, Paths> ROUTERS = new LinkedHashMap<>();

    static {
        DECODERS.put("Tomcat", Decode::byTomcat);
        DECODERS.put("Jetty", Decode::byJetty);
        ROUTERS.put("Tomcat", Tomcat.of(EncodedSolidusHandling.REJECT, false));
        ROUTERS.put("Tomcat, lenient", Tomcat.of(EncodedSolidusHandling.DECODE, true));
        ROUTERS.put("Jetty", Decode::byJettyPath);
    }

    static String text(String digits) {
        return new String(HexFormat.of().parseHex(digits), StandardCharsets.UTF_8);
    }

    static String cell(List<List<String>> found) {
        StringBuilder cell = new StringBuilder();
        for (int i = 0; i < found.size(); i++) {
            if (i > 0) {
                cell.append(';');
            }
            String comma = "";
            for (String text : found.get(i)) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                cell.append(comma).append('=').append(HexFormat.of().formatHex(bytes));
                comma = ",";
            }
        }
        return cell.toString();
    }

    static List<List<String>> match(Paths paths, String target, Route route) {
        String path = paths.path(target);
        Matcher matcher = path == null ? null : route.pattern.matcher(path);
        boolean matches = matcher != null && matcher.matches();
        List<List<String>> found = new ArrayList<>();
        for (int i = 1; i <= route.names.size(); i++) {
            found.add(matches ? List.of(matcher.group(i)) : List.of());
        }
        return found;
    }

    public static void main(String[] arguments) throws Exception {
        // Silences the servers' warnings about broken queries.
        LogManager.getLogManager().reset();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        var out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.US_ASCII));
        List<String> head = new ArrayList<>();
        DECODERS.keySet().forEach(name -> head.add("query:Java " + name));
        ROUTERS.keySet().forEach(name -> head.add("path:Java " + name));
        out.write(String.join("\t", head) + "\n");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", -1);
            List<String> names = new ArrayList<>();
            for (String digits : parts[3].split(",", -1)) {
                names.add(text(digits));
            }
            List<String> cells = new ArrayList<>();
            for (Decoder decoder : DECODERS.values()) {
                cells.add(cell(decoder.read(text(parts[1]), names)));
            }
            for (Paths paths : ROUTERS.values()) {
                Route route = ROUTES.get(parts[2]);
                cells.add(route == null ? "" : cell(match(paths, text(parts[0]), route)));
            }
            out.write(String.join("\t", cells) + "\n");
        }
        out.flush();
    }
}
