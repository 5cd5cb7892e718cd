import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts patent transfers of Hunan from the copied events, and compares each period with the published figure.
 *
 * <pre>
 *   java -cp 'classes:lib/*' Mirror http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
 *   java -cp 'classes:lib/*' Figure FOLDER
 * </pre>
 *
 * One transfer of one patent is one event. It counts where it is recorded and stands, passes by a deal and not by law, and a giver is of
 * Hunan (docs/figures.md). Ends with 1 where a period differs.
 */
final class Figure {
    private static final Set<String> BY_LAW = Set.of("merger", "inheritance", "court");

    private Figure() {}

    private static boolean counts(JsonNode event) {
        if (!event.path("state").asText().equals("current") || !event.path("phase").asText().equals("recorded")) return false;
        if (BY_LAW.contains(event.at("/statement/cause").asText())) return false;
        for (JsonNode giver : event.at("/statement/transferor")) {
            if (giver.path("region").asText().startsWith("43")) return true;
        }
        return false;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Map<String, Integer> published = new TreeMap<>(), counted = new TreeMap<>();
        for (JsonNode record : Copy.recordsOf(Copy.fileOf(folder, "tongda.transfer.v1")).values()) {
            String day = record.at("/value/occurred_on").asText();
            if (!counts(record.get("value"))) continue;
            counted.merge(day.substring(0, 4), 1, Integer::sum);
            if (day.length() >= 7) counted.merge(day.substring(0, 7), 1, Integer::sum);
        }
        for (JsonNode record : Copy.recordsOf(Copy.fileOf(folder, "tongda.statistic.v1")).values()) {
            JsonNode point = record.get("value"), dimensions = point.get("dimensions");
            if (point.get("indicator").asText().equals("transfers") && dimensions.size() == 1 && dimensions.path("area").asText().equals("430000")) {
                published.put(point.get("period").asText(), Integer.parseInt(point.get("value").asText()));
            }
        }
        Set<String> periods = new TreeSet<>(published.keySet());
        periods.addAll(counted.keySet());
        boolean differs = false;
        for (String period : periods) {
            int there = published.getOrDefault(period, 0), here = counted.getOrDefault(period, 0);
            System.out.println(period + " " + there + " " + here);
            differs |= there != here;
        }
        if (differs) System.exit(1);
    }
}
