import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A receiver of webhooks that verifies each message by Standard Webhooks. Needs Java 17 and jackson-databind.
 *
 * <pre>
 *   WEBHOOK_SECRET=whsec_… java -cp 'classes:lib/*' Webhook 8090
 * </pre>
 *
 * It prints a line for each message: its id, and the record with its revision and state. The same id comes again when an answer was
 * lost: keep the ids with what you made of them. Put your web server with TLS before it.
 */
final class Webhook {
    private static final int MOST_BYTES = 65536;
    private static final long TOLERANCE_SECONDS = 300; // an older message may be somebody's recording

    private Webhook() {}

    private static boolean isGenuine(byte[] key, Headers headers, byte[] body) throws GeneralSecurityException {
        String id = headers.getFirst("webhook-id"), sent = headers.getFirst("webhook-timestamp");
        String given = headers.getFirst("webhook-signature");
        if (id == null || given == null || sent == null || !sent.matches("\\d{1,12}")) return false;
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(sent)) > TOLERANCE_SECONDS) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((id + "." + sent + ".").getBytes(StandardCharsets.UTF_8));
        byte[] made = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
        for (String each : given.split(" ")) {
            if (MessageDigest.isEqual(made, each.getBytes(StandardCharsets.UTF_8))) return true;
        }
        return false;
    }

    private static void handle(byte[] key, HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
            if (body.length > MOST_BYTES || !isGenuine(key, exchange.getRequestHeaders(), body)) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            JsonNode message = Copy.JSON.readTree(body), data = message.path("data");
            if (message.get("type").asText().equals("webhook.verification")) {
                byte[] challenge = message.get("challenge").asText().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, challenge.length);
                exchange.getResponseBody().write(challenge);
                return;
            }
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            System.out.println(String.join(" ", id, data.get("id").asText(), data.get("revision").asText(), data.get("state").asText()));
            exchange.sendResponseHeaders(204, -1);
        } catch (GeneralSecurityException error) {
            throw new IOException(error);
        }
    }

    public static void main(String[] arguments) throws Exception {
        byte[] key = Base64.getDecoder().decode(System.getenv("WEBHOOK_SECRET").replaceFirst("^whsec_", ""));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> handle(key, exchange));
        server.start();
        System.out.println("listening on 127.0.0.1:" + server.getAddress().getPort());
    }
}
