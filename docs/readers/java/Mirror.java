import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A copy of topics, each in a file of its own: from a snapshot, then by its changes. Needs Java 17 and jackson-databind.
 *
 * <pre>
 *   javac -cp 'lib/*' -d classes *.java
 *   java -cp 'classes:lib/*' Mirror http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
 * </pre>
 *
 * Stop it at any moment, also with kill -9, and start it again. It ends when it has everything; run it again for what is new. The file
 * grows with the changes; delete it, and the next run begins anew. HUB_KEY is your key, if any.
 */
final class Mirror {
    private final HttpClient client = HttpClient.newHttpClient();
    private final String hub;
    private final String topic;
    private final Path file;
    private String epoch;
    private long after;

    Mirror(String hub, Path folder, String topic) {
        this.hub = hub;
        this.topic = topic;
        this.file = Copy.fileOf(folder, topic);
    }

    void run() throws IOException, InterruptedException {
        if (!Files.exists(file)) begin();
        place();
        while (true) {
            byte[] text = ask("/api/v1/changes?topic=" + topic + "&after=" + after);
            JsonNode page = Copy.JSON.readTree(text), items = page.get("items");
            if (!page.get("epoch").asText().equals(epoch)) { // the hub's database was restored, and its numbers mean other changes
                begin();
                place();
                continue;
            }
            if (!items.isEmpty()) {
                byte[] line = java.util.Arrays.copyOf(text, text.length + 1);
                line[text.length] = '\n';
                write(file, line, StandardOpenOption.APPEND);
                after = items.get(items.size() - 1).get("sequence").asLong();
            }
            if (page.get("next").isNull()) return;
        }
    }

    /** A snapshot takes the place of the file at once; one that was cut has no last line and replaces nothing. */
    private void begin() throws IOException, InterruptedException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        write(fresh, ask("/api/v1/snapshots/" + topic), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        List<JsonNode> lines = Copy.linesOf(fresh);
        if (lines.get(lines.size() - 1).at("/end/records").asInt(-1) != lines.size() - 2) {
            throw new IOException("the snapshot of " + topic + " was cut");
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** From where the file goes on. What follows its last whole line is cut off. */
    private void place() throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            open.truncate(Copy.wholeOf(file));
        }
        for (JsonNode line : Copy.linesOf(file)) {
            if (line.has("head")) {
                epoch = line.at("/head/epoch").asText();
                after = line.at("/head/sequence").asLong();
            }
            if (line.has("items")) after = line.get("items").get(line.get("items").size() - 1).get("sequence").asLong();
        }
    }

    private byte[] ask(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(hub + path));
        String key = System.getenv("HUB_KEY");
        if (key != null) request.header("Authorization", "Bearer " + key);
        var answer = client.send(request.build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) throw new IOException(path + ": " + answer.statusCode() + " " + new String(answer.body()));
        return answer.body();
    }

    /** Write into a file, and wait for the disk. */
    private static void write(Path file, byte[] text, OpenOption... how) throws IOException {
        OpenOption[] options = java.util.Arrays.copyOf(how, how.length + 1);
        options[how.length] = StandardOpenOption.WRITE;
        try (FileChannel open = FileChannel.open(file, options)) {
            for (ByteBuffer rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) open.write(rest);
            open.force(true);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        for (String topic : List.of(arguments).subList(2, arguments.length)) new Mirror(arguments[0], folder, topic).run();
    }
}
