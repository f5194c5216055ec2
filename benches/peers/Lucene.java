import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.apache.lucene.util.Version;

/**
 * Lucene on the queries of compare: StandardTokenizer, LowerCaseFilter and, for folded keys,
 * ASCIIFoldingFilter, which folds đ too; text composed to NFC; one thread, one segment, text
 * stored. Phrases: top 10 and exact total in one pass; words: top 10, free to skip.
 */
public class Lucene {
  private static final int WARM_UPS = 5;
  private static final int ROUNDS = 7;

  private record Article(String id, String text) {}

  private interface Ask {
    long of(String query) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3 || !List.of("exact", "folded").contains(arguments[2])) {
      System.err.println("usage: Lucene.java ARTICLES.jsonl QUERIES.tsv exact|folded");
      System.exit(2);
    }
    boolean folded = arguments[2].equals("folded");
    Analyzer analyzer = analyzer(folded);
    ObjectMapper json = new ObjectMapper();
    List<Article> articles = new ArrayList<>();
    long bytes = 0;
    try (BufferedReader lines = Files.newBufferedReader(Path.of(arguments[0]))) {
      for (String line; (line = lines.readLine()) != null; ) {
        JsonNode article = json.readTree(line);
        Map<String, JsonNode> kept = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        for (String name : List.of("id", "title", "summary", "body")) {
          kept.put(name, article.get(name));
          if (!name.equals("id")) {
            text.append(text.length() > 0 ? "\n" : "").append(article.path(name).asText(""));
          }
        }
        bytes += json.writeValueAsString(kept).getBytes(StandardCharsets.UTF_8).length + 1;
        articles.add(new Article(article.path("id").asText(), text.toString()));
      }
    }

    Path folder = Files.createTempDirectory("lucene");
    try (MMapDirectory directory = new MMapDirectory(folder)) {
      // The first, unmeasured time lets the virtual machine compile what runs often.
      index(directory, analyzer, articles.subList(0, Math.min(2000, articles.size())));
      long start = System.nanoTime();
      long cpuStart = processorTime();
      index(directory, analyzer, articles);
      double took = (System.nanoTime() - start) / 1e9;
      double cpu = (processorTime() - cpuStart) / 1e9;
      long size = 0;
      for (String file : directory.listAll()) {
        size += directory.fileLength(file);
      }
      String system = "Lucene " + Version.LATEST + ", " + arguments[2];
      System.out.println("| system | indexing, MB per CPU second | MB/s | index, % of input |");
      System.out.println("|---|---|---|---|");
      System.out.printf(
          "| %s | %.1f | %.1f | %.1f |%n%n",
          system, bytes / 1e6 / cpu, bytes / 1e6 / took, 100.0 * size / bytes);

      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(directory));
      QueryBuilder builder = new QueryBuilder(analyzer);
      Ask phrase = query -> top(searcher, builder.createPhraseQuery("text", composed(query)), Integer.MAX_VALUE);
      System.out.println("| " + system + ", µs | p50 | p99 | hits of all queries |\n|---|---|---|---|");
      for (var kind : queries(Path.of(arguments[1])).entrySet()) {
        if (kind.getKey().endsWith("without") == folded) {
          BooleanClause.Occur occur =
              kind.getKey().contains("(AND)") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD;
          Ask words =
              query -> {
                Query parsed = builder.createBooleanQuery("text", composed(query), occur);
                return Math.min(10, top(searcher, parsed, 10));
              };
          latency(kind.getKey(), kind.getValue(), kind.getKey().startsWith("phrase") ? phrase : words);
        }
      }
      searcher.getIndexReader().close();
      for (String file : directory.listAll()) {
        directory.deleteFile(file);
      }
    }
    Files.delete(folder);
  }

  private static Analyzer analyzer(boolean folded) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer tokenizer = new StandardTokenizer();
        TokenStream tokens = new LowerCaseFilter(tokenizer);
        return new TokenStreamComponents(tokenizer, folded ? new ASCIIFoldingFilter(tokens) : tokens);
      }
    };
  }

  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static void index(MMapDirectory directory, Analyzer analyzer, List<Article> articles) throws Exception {
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    config.setRAMBufferSizeMB(1000);
    config.setUseCompoundFile(false);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (Article article : articles) {
        Document document = new Document();
        document.add(new StringField("id", article.id(), Field.Store.YES));
        document.add(new TextField("text", composed(article.text()), Field.Store.YES));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  /** Processor time of the whole process, compiler and garbage collector included. */
  private static long processorTime() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long top(IndexSearcher searcher, Query query, int counted) throws Exception {
    TopScoreDocCollector collector = TopScoreDocCollector.create(10, counted);
    searcher.search(query, collector);
    return collector.topDocs().totalHits.value;
  }

  private static Map<String, List<String>> queries(Path path) throws Exception {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    for (String line : Files.readAllLines(path)) {
      String[] columns = line.split("\t", 2);
      kinds.computeIfAbsent(columns[0], kind -> new ArrayList<>()).add(columns[1]);
    }
    return kinds;
  }

  private static void latency(String kind, List<String> queries, Ask ask) throws Exception {
    double[][] times = new double[queries.size()][ROUNDS];
    long found = 0;
    for (int round = -WARM_UPS; round < ROUNDS; round++) {
      for (int i = 0; i < queries.size(); i++) {
        long start = System.nanoTime();
        long total = ask.of(queries.get(i));
        double took = (System.nanoTime() - start) / 1000.0;
        if (round >= 0) {
          times[i][round] = took;
        } else if (round == -1) {
          found += total;
        }
      }
    }
    double[] medians =
        Arrays.stream(times)
            .mapToDouble(
                taken -> {
                  Arrays.sort(taken);
                  return taken[ROUNDS / 2];
                })
            .sorted()
            .toArray();
    System.out.printf(
        "| %s | %.1f | %.1f | %d |%n",
        kind, medians[medians.length / 2], medians[Math.min(medians.length - 1, (int) (medians.length * 0.99))], found);
  }
}
