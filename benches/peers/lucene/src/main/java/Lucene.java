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
import org.apache.lucene.analysis.shingle.FixedShingleFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.NGramPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.apache.lucene.util.Version;

/**
 * Lucene on the queries of compare: StandardTokenizer, LowerCaseFilter and, for folded keys,
 * ASCIIFoldingFilter, which folds đ too; text composed to NFC; one thread, one segment, text
 * stored. Each query asks for the top 10 and the exact total in one pass. With bigrams there is
 * another field of every two neighbouring syllables, which answers phrases: the "index_phrases" of
 * OpenSearch and Elasticsearch.
 */
public class Lucene {
  private static final int WARM_UPS = 5;
  private static final long WARM_UP_NANOS = 4_000_000_000L;
  private static final int ROUNDS = 7;
  private static final String TEXT = "text";
  private static final String BIGRAMS = "bigrams";

  /** The text is title, summary and body, and {@code untitled} leaves the title out. */
  private record Article(String id, String text, String untitled) {}

  private record Latency(double p50_us, double p99_us, long total) {}

  private interface Ask {
    long of(String query) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> given = new ArrayList<>(List.of(arguments));
    Path pairs = option(given, "--pairs");
    Path report = option(given, "--json");
    if (given.size() != 4
        || !List.of("exact", "folded").contains(given.get(2))
        || !List.of("syllables", "bigrams").contains(given.get(3))) {
      System.err.println(
          "usage: Lucene ARTICLES.jsonl QUERIES.tsv exact|folded syllables|bigrams"
              + " [--pairs PAIRS.tsv] [--json FILE]");
      System.exit(2);
    }
    boolean folded = given.get(2).equals("folded");
    boolean bigrams = given.get(3).equals("bigrams");
    Analyzer analyzer = analyzer(folded);
    ObjectMapper json = new ObjectMapper();
    List<Article> articles = new ArrayList<>();
    long bytes = 0;
    try (BufferedReader lines = Files.newBufferedReader(Path.of(given.get(0)))) {
      for (String line; (line = lines.readLine()) != null; ) {
        JsonNode article = json.readTree(line);
        Map<String, JsonNode> kept = new LinkedHashMap<>();
        for (String name : List.of("id", "title", "summary", "body")) {
          kept.put(name, article.get(name));
        }
        String untitled = article.path("summary").asText("") + "\n" + article.path("body").asText("");
        String text = article.path("title").asText("") + "\n" + untitled;
        bytes += json.writeValueAsString(kept).getBytes(StandardCharsets.UTF_8).length + 1;
        articles.add(new Article(article.path("id").asText(), text, untitled));
      }
    }

    Path folder = Files.createTempDirectory("lucene");
    try (MMapDirectory directory = new MMapDirectory(folder)) {
      // The first, unmeasured time lets the virtual machine compile what runs often.
      index(directory, analyzer, articles.subList(0, Math.min(2000, articles.size())), false, bigrams);
      long start = System.nanoTime();
      long cpuStart = processorTime();
      index(directory, analyzer, articles, false, bigrams);
      double took = (System.nanoTime() - start) / 1e9;
      double cpu = (processorTime() - cpuStart) / 1e9;
      long size = 0;
      for (String file : directory.listAll()) {
        size += directory.fileLength(file);
      }
      String system = "Lucene " + Version.LATEST + ", " + given.get(2) + (bigrams ? ", bigrams" : "");
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("system", system);
      figures.put("megabytes_per_cpu_second", bytes / 1e6 / cpu);
      figures.put("megabytes_per_second", bytes / 1e6 / took);
      figures.put("percent_of_input", 100.0 * size / bytes);
      System.out.println("| system | indexing, MB per CPU second | MB/s | index, % of input |");
      System.out.println("|---|---|---|---|");
      System.out.printf(
          "| %s | %.1f | %.1f | %.1f |%n%n",
          system, bytes / 1e6 / cpu, bytes / 1e6 / took, 100.0 * size / bytes);

      IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(directory));
      searcher.setQueryCache(null);
      QueryBuilder builder = new QueryBuilder(analyzer);
      Ask phrase = query -> total(searcher, phrase(builder, composed(query), bigrams));
      System.out.println("| " + system + ", µs | p50 | p99 | hits of all queries |\n|---|---|---|---|");
      Map<String, Latency> latencies = new LinkedHashMap<>();
      figures.put("latency", latencies);
      for (var kind : queries(Path.of(given.get(1))).entrySet()) {
        if (kind.getKey().endsWith("without") == folded) {
          BooleanClause.Occur occur =
              kind.getKey().contains("(AND)") ? BooleanClause.Occur.MUST : BooleanClause.Occur.SHOULD;
          Ask words =
              query -> total(searcher, builder.createBooleanQuery(TEXT, composed(query), occur));
          Latency row = latency(kind.getValue(), kind.getKey().startsWith("phrase") ? phrase : words);
          latencies.put(kind.getKey(), row);
          System.out.printf("| %s | %.1f | %.1f | %d |%n", kind.getKey(), row.p50_us, row.p99_us, row.total);
        }
      }
      searcher.getIndexReader().close();
      if (pairs != null) {
        index(directory, analyzer, articles, true, false);
        figures.put("known_item", knownItems(directory, builder, Files.readAllLines(pairs)));
      }
      if (report != null) {
        figures.put("run", Map.of("command", "Lucene " + String.join(" ", arguments)));
        json.writerWithDefaultPrettyPrinter().writeValue(report.toFile(), figures);
      }
      for (String file : directory.listAll()) {
        directory.deleteFile(file);
      }
    }
    Files.delete(folder);
  }

  /** Takes an option and the file behind it out of the arguments. */
  private static Path option(List<String> arguments, String name) {
    int at = arguments.indexOf(name);
    if (at < 0 || at + 1 >= arguments.size()) {
      return null;
    }
    arguments.remove(at);
    return Path.of(arguments.remove(at));
  }

  /** MRR@10 of titles typed as any of their words, by how they are typed. */
  private static Map<String, Double> knownItems(MMapDirectory directory, QueryBuilder builder, List<String> pairs)
      throws Exception {
    Map<String, Double> scores = new LinkedHashMap<>();
    System.out.println("\n| known item, typed | MRR@10 |\n|---|---|");
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String typed : List.of("with accents", "without")) {
        double sum = 0;
        for (String line : pairs) {
          String[] columns = line.split("\t");
          String query = composed(columns[typed.equals("without") ? 2 : 1]);
          ScoreDoc[] hits = searcher.search(builder.createBooleanQuery(TEXT, query), 10).scoreDocs;
          for (int i = 0; i < hits.length; i++) {
            if (reader.storedFields().document(hits[i].doc).get("id").equals(columns[0])) {
              sum += 1.0 / (i + 1);
            }
          }
        }
        scores.put(typed, sum / pairs.size());
        System.out.printf("| %s | %.3f |%n", typed, sum / pairs.size());
      }
    }
    return scores;
  }

  /** Analyzes {@link #BIGRAMS} to pairs of neighbours, any other field to syllables. */
  private static Analyzer analyzer(boolean folded) {
    return new Analyzer(Analyzer.PER_FIELD_REUSE_STRATEGY) {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer tokenizer = new StandardTokenizer();
        TokenStream tokens = new LowerCaseFilter(tokenizer);
        if (folded) {
          tokens = new ASCIIFoldingFilter(tokens);
        }
        if (field.equals(BIGRAMS)) {
          tokens = new FixedShingleFilter(tokens, 2);
        }
        return new TokenStreamComponents(tokenizer, tokens);
      }
    };
  }

  /** A phrase of syllables or, with bigrams, of every second bigram and the last. */
  private static Query phrase(QueryBuilder builder, String text, boolean bigrams) {
    Query pairs = bigrams ? builder.createPhraseQuery(BIGRAMS, text) : null;
    if (pairs == null) {
      return builder.createPhraseQuery(TEXT, text);
    }
    return pairs instanceof PhraseQuery many ? new NGramPhraseQuery(2, many) : pairs;
  }

  private static String composed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static void index(
      MMapDirectory directory, Analyzer analyzer, List<Article> articles, boolean untitled, boolean bigrams)
      throws Exception {
    FieldType positions = new FieldType();
    positions.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    config.setRAMBufferSizeMB(1000);
    config.setMergeScheduler(new SerialMergeScheduler());
    config.setUseCompoundFile(false);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (Article article : articles) {
        Document document = new Document();
        document.add(new StringField("id", article.id(), Field.Store.YES));
        String text = composed(untitled ? article.untitled() : article.text());
        document.add(new TextField(TEXT, text, Field.Store.YES));
        if (bigrams) {
          document.add(new Field(BIGRAMS, text, positions));
        }
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

  private static long total(IndexSearcher searcher, Query query) throws Exception {
    return searcher.search(query, new TopScoreDocCollectorManager(10, Integer.MAX_VALUE)).totalHits.value();
  }

  private static Map<String, List<String>> queries(Path path) throws Exception {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    for (String line : Files.readAllLines(path)) {
      String[] columns = line.split("\t", 2);
      kinds.computeIfAbsent(columns[0], kind -> new ArrayList<>()).add(columns[1]);
    }
    return kinds;
  }

  private static Latency latency(List<String> queries, Ask ask) throws Exception {
    double[][] times = new double[queries.size()][ROUNDS];
    long found = 0;
    long warm = System.nanoTime();
    for (int round = 0; round < WARM_UPS || System.nanoTime() - warm < WARM_UP_NANOS; round++) {
      found = 0;
      for (String query : queries) {
        found += ask.of(query);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < queries.size(); i++) {
        long start = System.nanoTime();
        ask.of(queries.get(i));
        times[i][round] = (System.nanoTime() - start) / 1000.0;
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
    int p99 = Math.min(medians.length - 1, (int) (medians.length * 0.99));
    return new Latency(medians[medians.length / 2], medians[p99], found);
  }
}
