using Loop.EnvoyConfig.Running;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Tls;

/// <summary>One small service per runtime that asks <c>https://flags.example/flags</c> for <c>/flags</c> and <c>https://bank.example/</c> for all else, verifies what it meets, and says what came.</summary>
internal static class TlsServices
{
    private const string Python = """
        import http.server, sys, urllib.request
        def ask(url):
            try: return '%d %s' % ((answer := urllib.request.urlopen(url, timeout=20)).status, answer.read().decode())
            except Exception as error: return 'failed: %s' % error
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = ask('https://flags.example/flags' if self.path == '/flags' else 'https://bank.example/').encode()
                self.send_response(200); self.send_header('Content-Length', str(len(answer))); self.end_headers(); self.wfile.write(answer)
        http.server.ThreadingHTTPServer(('0.0.0.0', int(sys.argv[1])), Handler).serve_forever()
        """;

    private const string Node = """
        const ask = async url => { try { const answer = await fetch(url); return `${answer.status} ${await answer.text()}`; } catch (error) { return `failed: ${error.cause ?? error}`; } };
        require('http').createServer(async (request, response) => response.end(await ask(request.url === '/flags' ? 'https://flags.example/flags' : 'https://bank.example/'))).listen(+process.argv[2], '0.0.0.0');
        """;

    private const string Java = """
        import com.sun.net.httpserver.*; import java.net.*; import java.net.http.*;
        public class Client {
          static String ask(String url) { try {
            HttpResponse<String> answer = java.net.http.HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body(); } catch (Exception error) { return "failed: " + error; } }
          public static void main(String[] words) throws Exception {
            HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(words[0])), 0);
            server.createContext("/", exchange -> {
              byte[] answer = ask(exchange.getRequestURI().getPath().equals("/flags") ? "https://flags.example/flags" : "https://bank.example/").getBytes();
              exchange.sendResponseHeaders(200, answer.length); exchange.getResponseBody().write(answer); exchange.close(); });
            server.start();
          }
        }
        """;

    private const string Go = """
        package main
        import ("fmt"; "io"; "net/http"; "os")
        func ask(url string) string {
          answer, err := http.Get(url); if err != nil { return "failed: " + err.Error() }
          body, _ := io.ReadAll(answer.Body); return fmt.Sprintf("%d %s", answer.StatusCode, body)
        }
        func main() {
          http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
            if r.URL.Path == "/flags" { fmt.Fprint(w, ask("https://flags.example/flags")) } else { fmt.Fprint(w, ask("https://bank.example/")) } })
          panic(http.ListenAndServe("0.0.0.0:" + os.Args[1], nil))
        }
        """;

    private static readonly RuntimePrograms Programs = new("client", new Dictionary<string, string> { ["Python"] = Python, ["Node"] = Node, ["Java"] = Java, ["Go"] = Go });

    /// <summary>The service of a runtime; where the runtime is not installed the test ends here.</summary>
    public static Task<SandboxService> Of(string runtime) => Programs.Of(runtime, "shop", FreePorts.Take());

    /// <summary>What the service says for a path.</summary>
    public static Task<string> Ask(ISandbox sandbox, SandboxService service, string runtime, string path)
    {
        string url = path is "/flags" ? "https://flags.example/flags" : "https://bank.example/";
        return TestSandbox.Get(sandbox, service.Name, service.Port, runtime is ".NET" ? "/fetch/" + url : path);
    }
}
