// The steps of the client matrix with Apache Kafka's Java client: Matrix BOOTSTRAP PREFIX.
// One source for every version: what was renamed between them is found by reflection.

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.*;

public class Matrix {
    static final int PARTITIONS = 4;
    static final int RECORDS = 8;
    static final long LIMIT_MS = 30_000;

    static String bootstrap, topic, group;
    static int total = 0;
    static Admin admin;

    interface Body { void run() throws Exception; }

    static void step(String name, Body body) {
        try {
            body.run();
            System.out.println(name + " ok");
        } catch (Throwable error) {
            System.out.println(name + " fail: " + String.valueOf(error).replace('\n', ' '));
        }
    }

    static void check(boolean holds, String what) {
        if (!holds) throw new IllegalStateException(what);
    }

    static Properties common() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        return properties;
    }

    static void produce(String name, String codec, boolean idempotent, int count) throws Exception {
        Properties properties = common();
        properties.put("compression.type", codec);
        properties.put("enable.idempotence", String.valueOf(idempotent));
        properties.put("acks", "all");
        properties.put("linger.ms", "5");
        properties.put("delivery.timeout.ms", "30000");
        properties.put("request.timeout.ms", "20000");
        StringSerializer text = new StringSerializer();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(properties, text, text)) {
            List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ProducerRecord<String, String> record =
                    new ProducerRecord<>(topic, i % PARTITIONS, name + "-" + i, value(name));
                record.headers().add("step", name.getBytes(StandardCharsets.UTF_8));
                sent.add(producer.send(record));
            }
            for (java.util.concurrent.Future<RecordMetadata> one : sent) one.get(30, TimeUnit.SECONDS);
        }
    }

    static String value(String name) {
        return name + "x".repeat(200);
    }

    static void produceStep(String step, String codec, boolean idempotent) {
        step(step, () -> {
            produce(step, codec, idempotent, RECORDS);
            total += RECORDS;
        });
    }

    /** A consumer, and what it has read where it is now. */
    static class Member implements AutoCloseable {
        final KafkaConsumer<String, String> consumer;
        final Map<TopicPartition, Long> next = new HashMap<>();
        final Set<String> keys = new TreeSet<>();

        Member(boolean inGroup) {
            Properties properties = common();
            if (inGroup) properties.put("group.id", group);
            properties.put("auto.offset.reset", "earliest");
            properties.put("enable.auto.commit", "false");
            properties.put("heartbeat.interval.ms", "200");
            properties.put("session.timeout.ms", "10000");
            StringDeserializer text = new StringDeserializer();
            consumer = new KafkaConsumer<>(properties, text, text);
            if (inGroup) consumer.subscribe(Collections.singletonList(topic));
        }

        void poll() {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                String step = record.key().substring(0, record.key().lastIndexOf('-'));
                check(record.value().equals(value(step)), "wrong value of " + record.key());
                check(step.equals(new String(record.headers().lastHeader("step").value(),
                    StandardCharsets.UTF_8)), "wrong header of " + record.key());
                keys.add(record.key());
                next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
        }

        Map<TopicPartition, OffsetAndMetadata> positions() {
            Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
            for (TopicPartition part : consumer.assignment())
                if (next.containsKey(part)) positions.put(part, new OffsetAndMetadata(next.get(part)));
            return positions;
        }

        long read() {
            return positions().values().stream().mapToLong(OffsetAndMetadata::offset).sum();
        }

        @Override public void close() { consumer.close(); }
    }

    static void until(String what, List<Member> members, BooleanSupplier holds) {
        long end = System.currentTimeMillis() + LIMIT_MS;
        while (!holds.getAsBoolean()) {
            check(System.currentTimeMillis() < end, "waited in vain for " + what);
            for (Member member : members) member.poll();
        }
    }

    @SuppressWarnings("unchecked")
    static TopicDescription describe() throws Exception {
        DescribeTopicsResult result = admin.describeTopics(Collections.singletonList(topic));
        KafkaFuture<Map<String, TopicDescription>> all;
        try {
            all = (KafkaFuture<Map<String, TopicDescription>>)
                result.getClass().getMethod("allTopicNames").invoke(result);
        } catch (NoSuchMethodException older) {
            all = (KafkaFuture<Map<String, TopicDescription>>)
                result.getClass().getMethod("all").invoke(result);
        }
        return all.get().get(topic);
    }

    static void groups() {
        Member[] pair = new Member[2];
        step("group", () -> {
            pair[0] = new Member(true);
            pair[1] = new Member(true);
            until("a group of two that has read all", Arrays.asList(pair), () ->
                pair[0].consumer.assignment().size() == 2 && pair[1].consumer.assignment().size() == 2
                    && pair[0].read() + pair[1].read() == total);
            Set<String> keys = new TreeSet<>(pair[0].keys);
            keys.addAll(pair[1].keys);
            check(keys.size() == total, "records missing: " + keys);
        });
        step("commit", () -> {
            for (Member member : pair) member.consumer.commitSync(member.positions());
            long sum = 0;
            for (OffsetAndMetadata at : admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata().get().values()) sum += at.offset();
            check(sum == total, "committed " + sum + " of " + total);
        });
        step("leave", () -> {
            pair[1].close();
            until("the partitions of the one that left", Collections.singletonList(pair[0]),
                () -> pair[0].consumer.assignment().size() == PARTITIONS);
            pair[0].close();
        });
    }

    static void resume(long[] mark) {
        step("resume", () -> {
            mark[0] = System.currentTimeMillis();
            Thread.sleep(20);
            mark[0] += 10;
            produce("resume", "none", false, PARTITIONS);
            try (Member member = new Member(true)) {
                until("what came later", Collections.singletonList(member),
                    () -> member.keys.size() >= PARTITIONS);
                member.keys.removeIf(key -> key.startsWith("resume-"));
                check(member.keys.isEmpty(), "read again: " + member.keys);
            }
        });
        step("seek", () -> {
            try (Member member = new Member(false)) {
                Map<TopicPartition, Long> times = new HashMap<>();
                for (int i = 0; i < PARTITIONS; i++) times.put(new TopicPartition(topic, i), mark[0]);
                member.consumer.assign(times.keySet());
                long sum = 0;
                for (Map.Entry<TopicPartition, OffsetAndTimestamp> found
                    : member.consumer.offsetsForTimes(times).entrySet()) {
                    sum += found.getValue().offset();
                    member.consumer.seek(found.getKey(), found.getValue().offset());
                }
                check(sum == total, "offsets for the time add up to " + sum + ", not " + total);
                until("what came later", Collections.singletonList(member),
                    () -> member.keys.size() >= PARTITIONS);
                member.keys.removeIf(key -> key.startsWith("resume-"));
                check(member.keys.isEmpty(), "read too early: " + member.keys);
            }
        });
    }

    static boolean groupIsListed() throws Exception {
        return admin.listConsumerGroups().all().get().stream()
            .anyMatch(one -> one.groupId().equals(group));
    }

    static void administration() {
        step("list", () -> {
            check(admin.listTopics().names().get().contains(topic), "the topic is not listed");
            check(groupIsListed(), "the group is not listed");
        });
        step("describe", () -> {
            check(describe().partitions().size() == PARTITIONS, "partitions: " + describe());
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            Config config = admin.describeConfigs(Collections.singletonList(resource)).all().get().get(resource);
            check(config.get("retention.ms").value().equals("3600000"), "retention.ms: " + config);
            ConsumerGroupDescription found = admin.describeConsumerGroups(
                Collections.singletonList(group)).all().get().get(group);
            check(found.members().isEmpty(), "members are left: " + found);
        });
        step("forget", () -> {
            admin.deleteConsumerGroups(Collections.singletonList(group)).all().get();
            check(!groupIsListed(), "the group is still listed");
        });
        step("delete", () -> {
            admin.deleteTopics(Collections.singletonList(topic)).all().get();
            long end = System.currentTimeMillis() + LIMIT_MS;
            while (admin.listTopics().names().get().contains(topic))
                check(System.currentTimeMillis() < end, "the topic is still listed");
        });
    }

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        topic = arguments[1] + "-topic";
        group = arguments[1] + "-group";
        admin = Admin.create(common());
        step("create", () -> {
            NewTopic topicToBe = new NewTopic(topic, PARTITIONS, (short) 1);
            topicToBe.configs(Collections.singletonMap("retention.ms", "3600000"));
            admin.createTopics(Collections.singletonList(topicToBe)).all().get();
        });
        produceStep("plain", "none", false);
        for (String codec : new String[] {"gzip", "snappy", "lz4", "zstd"})
            produceStep(codec, codec, false);
        produceStep("idempotent", "none", true);
        groups();
        resume(new long[1]);
        administration();
        admin.close();
        System.exit(0);
    }
}
