using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>
/// One small service per runtime. <c>/clock/now</c>: Unix milliseconds and the minutes that the zone is ahead; <c>/clock/timer</c>: monotonic and wall
/// milliseconds of a wait of 300.
/// </summary>
internal static class ClockServices
{
    private const string Python = """
        import http.server, sys, time, threading, os, ssl, subprocess
        def timer():
            wall, start = time.time(), time.monotonic()
            time.sleep(.1); threading.Event().wait(.1)
            try: subprocess.run(['sleep', '5'], timeout=.1)
            except subprocess.TimeoutExpired: pass
            return '%d %d' % ((time.monotonic() - start) * 1000, (time.time() - wall) * 1000)
        def certificate():
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); server.load_cert_chain('certificate.pem', 'key.pem')
            client = ssl.create_default_context(cafile='certificate.pem'); client.check_hostname = False
            a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
            ends = [client.wrap_bio(a, b), server.wrap_bio(b, a, server_side=True)]
            try:
                for turn in range(4):
                    for end in ends:
                        try: end.do_handshake()
                        except ssl.SSLWantReadError: pass
                return 'valid' if ends[0].version() else 'unfinished'
            except ssl.SSLCertVerificationError as error: return error.verify_message
        def now():
            return '%d %d' % (time.time_ns() // 1000000, time.localtime().tm_gmtoff / 60)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = {'now': now, 'timer': timer, 'certificate': certificate}[self.path.split('/')[-1]]().encode()
                self.send_response(200); self.send_header('Content-Length', str(len(answer))); self.end_headers(); self.wfile.write(answer)
        http.server.ThreadingHTTPServer(('0.0.0.0', int(sys.argv[1])), Handler).serve_forever()
        """;

    private const string Node = """
        const now = () => `${Date.now()} ${-new Date().getTimezoneOffset()}`;
        const timer = answer => { const wall = Date.now(), start = performance.now(); setTimeout(() => answer(`${Math.round(performance.now() - start)} ${Date.now() - wall}`), 300); };
        require('http').createServer((request, response) => request.url.endsWith('timer') ? timer(text => response.end(text)) : response.end(now())).listen(+process.argv[2], '0.0.0.0');
        """;

    private const string Java = """
        import com.sun.net.httpserver.*; import java.net.*; import java.time.*;
        public class Clock {
          static String timer() throws Exception {
            long wall = System.currentTimeMillis(), start = System.nanoTime(); Object lock = new Object();
            Thread.sleep(100); synchronized (lock) { lock.wait(100); } java.util.concurrent.locks.LockSupport.parkUntil(System.currentTimeMillis() + 100);
            return (System.nanoTime() - start) / 1000000 + " " + (System.currentTimeMillis() - wall);
          }
          static String now() { Instant now = Instant.now(); return now.toEpochMilli() + " " + ZoneId.systemDefault().getRules().getOffset(now).getTotalSeconds() / 60; }
          public static void main(String[] words) throws Exception {
            HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(words[0])), 0);
            server.createContext("/", exchange -> { try {
              byte[] answer = (exchange.getRequestURI().getPath().endsWith("timer") ? timer() : now()).getBytes();
              exchange.sendResponseHeaders(200, answer.length); exchange.getResponseBody().write(answer); exchange.close(); } catch (Exception error) { throw new RuntimeException(error); } });
            server.start();
          }
        }
        """;

    private const string Go = """
        package main
        import ("fmt"; "net"; "os"; "time")
        func main() {
          listener, err := net.Listen("tcp", "0.0.0.0:" + os.Args[1]); if err != nil { panic(err) }
          for { connection, err := listener.Accept(); if err != nil { continue }
            connection.Read(make([]byte, 4096)); now := time.Now(); _, ahead := now.Zone()
            answer := fmt.Sprintf("%d %d", now.UnixMilli(), ahead / 60)
            fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(answer), answer); connection.Close() }
        }
        """;

    private static readonly RuntimePrograms Programs = new("clock", new Dictionary<string, string> { ["Python"] = Python, ["Node"] = Node, ["Java"] = Java, ["Go"] = Go });

    /// <summary>The service of a runtime; where the runtime is not installed the test ends here.</summary>
    public static Task<SandboxService> Of(string runtime, string name, int port) => Programs.Of(runtime, name, port);
}
