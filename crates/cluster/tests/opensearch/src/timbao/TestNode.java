package timbao;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * A node of OpenSearch with the modules that Timbao needs, for tests.
 *
 * <p>OpenSearch's own start refuses root and wants an installation with modules as archives. The
 * only argument is a directory with config/opensearch.yml.
 */
final class TestNode extends Node {
  /** The classes of the modules, in 2.x and in 3.x. */
  private static final List<List<String>> MODULES =
      List.of(
          List.of(
              "org.opensearch.transport.Netty4Plugin",
              "org.opensearch.transport.Netty4ModulePlugin"),
          List.of(
              "org.opensearch.analysis.common.CommonAnalysisPlugin",
              "org.opensearch.analysis.common.CommonAnalysisModulePlugin"),
          List.of(
              "org.opensearch.painless.PainlessPlugin",
              "org.opensearch.painless.PainlessModulePlugin"));

  // A collection of classes in 2.x and of PluginInfo in 3.x.
  @SuppressWarnings({"unchecked", "rawtypes"})
  private TestNode(Environment environment, Collection modules) {
    super(environment, modules, true);
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Settings settings = Settings.builder().put("path.home", home.toString()).build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), home.resolve("config"), () -> "node");
    List<Object> modules = new ArrayList<>();
    for (List<String> names : MODULES) {
      Class<?> module = firstOf(names);
      modules.add(Version.CURRENT.major < 3 ? module : describe(module));
    }
    TestNode node = new TestNode(environment, modules);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> closeQuietly(node)));
    node.start();
    new CountDownLatch(1).await();
  }

  private static void closeQuietly(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      System.err.println(e);
    }
  }

  private static Class<?> firstOf(List<String> names) throws ClassNotFoundException {
    for (String name : names) {
      try {
        return Class.forName(name);
      } catch (ClassNotFoundException e) {
        continue; // The other version has another name.
      }
    }
    throw new ClassNotFoundException(String.join(" or ", names));
  }

  /** In 3.x a module comes with a description, which has many constructors. */
  private static Object describe(Class<?> module) throws ReflectiveOperationException {
    for (var constructor : PluginInfo.class.getConstructors()) {
      Class<?>[] types = constructor.getParameterTypes();
      if (types.length == 8 && types[3] == Version.class) {
        String name = module.getName();
        return constructor.newInstance(
            name, "module", "none", Version.CURRENT, "21", name, List.of(), false);
      }
    }
    throw new NoSuchMethodException("PluginInfo");
  }
}
