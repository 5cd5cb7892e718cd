import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The copy of a topic is one file: its snapshot as the hub sends it, and after it one line for each page of changes. A line that was not
 * written to its end does not count.
 */
final class Copy {
    static final ObjectMapper JSON = new ObjectMapper();

    private Copy() {}

    static Path fileOf(Path folder, String topic) {
        return folder.resolve(topic + ".ndjson");
    }

    /** The whole lines of a file, parsed. An example: what is larger than memory wants a stream. */
    static List<JsonNode> linesOf(Path file) throws IOException {
        String text = Files.readString(file);
        List<JsonNode> lines = new ArrayList<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
            if (!line.isEmpty()) lines.add(JSON.readTree(line));
        }
        return lines;
    }

    /** The length in bytes of its whole lines. */
    static long wholeOf(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        return text.lastIndexOf('\n') + 1L;
    }

    /** Every record that stands: a null takes one away, and a revision that is not higher says nothing new. */
    static Map<String, JsonNode> recordsOf(Path file) throws IOException {
        Map<String, JsonNode> found = new HashMap<>();
        for (JsonNode line : linesOf(file)) {
            if (line.has("items")) line.get("items").forEach(each -> keep(found, each));
            else if (line.has("key")) keep(found, line);
        }
        return found;
    }

    private static void keep(Map<String, JsonNode> found, JsonNode one) {
        String key = one.get("key").asText();
        JsonNode held = found.get(key);
        if (one.get("value").isNull()) found.remove(key);
        else if (held == null || held.get("revision").asLong() < one.get("revision").asLong()) found.put(key, one);
    }
}
