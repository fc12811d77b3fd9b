package io.wideevents.kafka;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsResult;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsResult;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.jspecify.annotations.Nullable;

/** Topics in memory behind the admin client's interface; a test can make each method fail. */
final class FakeAdmin {
  /** A topic; {@code configs} are those that were set for it. */
  static final class Topic {
    final Uuid id = Uuid.randomUuid();
    final Map<String, String> configs = new TreeMap<>();
    int partitions = 1;
  }

  final Map<String, Topic> topics = new HashMap<>();
  final Map<String, RuntimeException> failures = new HashMap<>();
  Runnable beforeCreate = () -> {};
  final List<String> calls = new ArrayList<>();

  Admin client() {
    return (Admin)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> answer(method.getName(), arguments[0]));
  }

  /** Deletes a topic; a client's metadata request creates it with the broker's defaults. */
  Topic recreate(String name) {
    Topic topic = new Topic();
    topics.put(name, topic);
    return topic;
  }

  @SuppressWarnings("unchecked")
  private Object answer(String method, Object argument) throws ReflectiveOperationException {
    calls.add(method);
    return switch (method) {
      case "describeTopics" -> {
        Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
        for (String name : (Collection<String>) argument) {
          answers.put(name, future(method, name, topic -> description(name, topic)));
        }
        yield result(DescribeTopicsResult.class, null, answers);
      }
      case "listOffsets" -> {
        Map<TopicPartition, KafkaFuture<ListOffsetsResult.ListOffsetsResultInfo>> answers =
            new HashMap<>();
        for (TopicPartition partition : ((Map<TopicPartition, ?>) argument).keySet()) {
          answers.put(
              partition,
              future(
                  method,
                  partition.topic(),
                  topic -> new ListOffsetsResult.ListOffsetsResultInfo(0, -1, Optional.empty())));
        }
        yield new ListOffsetsResult(answers);
      }
      case "createTopics" -> {
        NewTopic wanted = ((Collection<NewTopic>) argument).iterator().next();
        yield result(CreateTopicsResult.class, Map.of(wanted.name(), create(method, wanted)));
      }
      case "describeConfigs" -> {
        ConfigResource resource = ((Collection<ConfigResource>) argument).iterator().next();
        yield result(
            DescribeConfigsResult.class,
            Map.of(resource, future(method, resource.name(), FakeAdmin::config)));
      }
      case "incrementalAlterConfigs" -> {
        var wanted =
            ((Map<ConfigResource, Collection<AlterConfigOp>>) argument)
                .entrySet()
                .iterator()
                .next();
        yield result(
            AlterConfigsResult.class,
            Map.of(
                wanted.getKey(),
                future(
                    method,
                    wanted.getKey().name(),
                    topic -> {
                      wanted
                          .getValue()
                          .forEach(
                              op ->
                                  topic.configs.put(
                                      op.configEntry().name(), op.configEntry().value()));
                      return true;
                    })));
      }
      case "createPartitions" -> {
        var wanted = ((Map<String, NewPartitions>) argument).entrySet().iterator().next();
        yield result(
            CreatePartitionsResult.class,
            Map.of(
                wanted.getKey(),
                future(
                    method,
                    wanted.getKey(),
                    topic -> topic.partitions = wanted.getValue().totalCount())));
      }
      default -> throw new UnsupportedOperationException(method);
    };
  }

  private KafkaFuture<?> create(String method, NewTopic wanted) {
    beforeCreate.run();
    KafkaFutureImpl<Object> future = new KafkaFutureImpl<>();
    RuntimeException failure = failures.get(method);
    if (failure != null) {
      future.completeExceptionally(failure);
    } else if (topics.containsKey(wanted.name())) {
      future.completeExceptionally(new TopicExistsException(wanted.name()));
    } else {
      Topic topic = recreate(wanted.name());
      topic.partitions = wanted.numPartitions();
      topic.configs.putAll(wanted.configs());
      future.complete(null);
    }
    return future;
  }

  /** What a method does with a topic. */
  private interface Work<T> {
    T on(Topic topic);
  }

  private <T> KafkaFuture<T> future(String method, String name, Work<T> work) {
    KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
    RuntimeException failure = failures.get(method);
    @Nullable Topic topic = topics.get(name);
    if (failure != null) {
      future.completeExceptionally(failure);
    } else if (topic == null) {
      future.completeExceptionally(new UnknownTopicOrPartitionException(name));
    } else {
      future.complete(work.on(topic));
    }
    return future;
  }

  private static TopicDescription description(String name, Topic topic) {
    Node leader = new Node(1, "kafka", 9092);
    List<TopicPartitionInfo> partitions =
        IntStream.range(0, topic.partitions)
            .mapToObj(
                number -> new TopicPartitionInfo(number, leader, List.of(leader), List.of(leader)))
            .toList();
    return new TopicDescription(name, false, partitions, Set.of(), topic.id);
  }

  private static Config config(Topic topic) {
    List<ConfigEntry> entries = new ArrayList<>();
    topic.configs.forEach(
        (name, value) ->
            entries.add(entry(name, value, ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)));
    if (!topic.configs.containsKey("max.message.bytes")) {
      entries.add(entry("max.message.bytes", "1048588", ConfigEntry.ConfigSource.DEFAULT_CONFIG));
    }
    return new Config(entries);
  }

  private static ConfigEntry entry(String name, String value, ConfigEntry.ConfigSource source) {
    return new ConfigEntry(
        name, value, source, false, false, List.of(), ConfigEntry.ConfigType.STRING, null);
  }

  // Kafka's results have constructors that are not public.
  private static Object result(Class<?> type, @Nullable Object... arguments)
      throws ReflectiveOperationException {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == arguments.length) {
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
      }
    }
    throw new NoSuchMethodException(type.getName());
  }
}
