// The steps of the client matrix with franz-go: franz BOOTSTRAP PREFIX.
package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"ottla/matrix/steps"
)

type franz struct {
	bootstrap string
	admin     *kadm.Client
}

func connect(bootstrap string) (steps.Client, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap))
	if err != nil {
		return nil, err
	}
	return &franz{bootstrap, kadm.NewClient(client)}, nil
}

func soon() context.Context {
	ctx, _ := context.WithTimeout(context.Background(), 30*time.Second)
	return ctx
}

func (f *franz) Lacks(string) string { return "" }

func (f *franz) Create(topic string) error {
	retention := steps.Retention
	configs := map[string]*string{"retention.ms": &retention}
	answer, err := f.admin.CreateTopic(soon(), steps.Partitions, 1, configs, topic)
	return errors.Join(err, answer.Err)
}

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

func (f *franz) Produce(topic string, records []steps.Record, codec string, idempotent bool) error {
	options := []kgo.Opt{
		kgo.SeedBrokers(f.bootstrap),
		kgo.ProducerBatchCompression(codecs[codec]),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(5 * time.Millisecond),
	}
	if !idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	var all []*kgo.Record
	for _, record := range records {
		all = append(all, &kgo.Record{
			Topic: topic, Partition: record.Partition,
			Key: []byte(record.Key), Value: []byte(record.Value),
			Headers: []kgo.RecordHeader{{Key: "step", Value: []byte(record.Step)}},
		})
	}
	return client.ProduceSync(soon(), all...).FirstErr()
}

type member struct {
	client *kgo.Client
	topic  string

	lock     sync.Mutex
	assigned map[int32]bool
}

func (f *franz) Member(topic, group string) (steps.Member, error) {
	m := &member{topic: topic, assigned: map[int32]bool{}}
	set := func(assigned bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			m.lock.Lock()
			defer m.lock.Unlock()
			for _, part := range changed[topic] {
				if assigned {
					m.assigned[part] = true
				} else {
					delete(m.assigned, part)
				}
			}
		}
	}
	var err error
	m.client, err = kgo.NewClient(
		kgo.SeedBrokers(f.bootstrap), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(),
		kgo.HeartbeatInterval(200*time.Millisecond), kgo.SessionTimeout(10*time.Second),
		kgo.OnPartitionsAssigned(set(true)), kgo.OnPartitionsRevoked(set(false)),
		kgo.OnPartitionsLost(set(false)))
	return m, err
}

func (f *franz) ReadFrom(topic string, offsets map[int32]int64) (steps.Member, error) {
	from := map[int32]kgo.Offset{}
	for part, offset := range offsets {
		from[part] = kgo.NewOffset().At(offset)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(f.bootstrap),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	return &member{client: client, topic: topic}, err
}

func (m *member) Poll() ([]steps.Record, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	fetches := m.client.PollFetches(ctx)
	var records []steps.Record
	fetches.EachRecord(func(record *kgo.Record) {
		records = append(records, steps.Record{
			Partition: record.Partition, Offset: record.Offset, Key: string(record.Key),
			Value: string(record.Value), Step: string(record.Headers[0].Value),
		})
	})
	if err := fetches.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return records, err
	}
	return records, nil
}

func (m *member) Assigned() []int32 {
	m.lock.Lock()
	defer m.lock.Unlock()
	var parts []int32
	for part := range m.assigned {
		parts = append(parts, part)
	}
	return parts
}

func (m *member) Commit(offsets map[int32]int64) error {
	at := map[int32]kgo.EpochOffset{}
	for part, offset := range offsets {
		at[part] = kgo.EpochOffset{Epoch: -1, Offset: offset}
	}
	var failed error
	m.client.CommitOffsetsSync(soon(), map[string]map[int32]kgo.EpochOffset{m.topic: at},
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, _ *kmsg.OffsetCommitResponse, err error) {
			failed = err
		})
	return failed
}

func (m *member) Close() error {
	m.client.CloseAllowingRebalance()
	return nil
}

func (f *franz) Committed(group, topic string) (int64, error) {
	found, err := f.admin.FetchOffsets(soon(), group)
	sum := int64(0)
	found.Each(func(offset kadm.OffsetResponse) {
		sum += offset.At
		err = errors.Join(err, offset.Err)
	})
	return sum, err
}

func (f *franz) OffsetsFor(topic string, ms int64) (map[int32]int64, error) {
	found, err := f.admin.ListOffsetsAfterMilli(soon(), ms, topic)
	offsets := map[int32]int64{}
	found.Each(func(offset kadm.ListedOffset) {
		offsets[offset.Partition] = offset.Offset
		err = errors.Join(err, offset.Err)
	})
	return offsets, err
}

func (f *franz) Topics() ([]string, error) {
	found, err := f.admin.ListTopics(soon())
	return found.Names(), err
}

func (f *franz) Groups() ([]string, error) {
	found, err := f.admin.ListGroups(soon())
	return found.Groups(), err
}

func (f *franz) Describe(topic, group string) (int, string, int, error) {
	topics, err := f.admin.ListTopics(soon(), topic)
	if err != nil {
		return 0, "", 0, err
	}
	groups, err := f.admin.DescribeGroups(soon(), group)
	if err != nil {
		return 0, "", 0, err
	}
	retention := ""
	configs, err := f.admin.DescribeTopicConfigs(soon(), topic)
	for _, resource := range configs {
		for _, config := range resource.Configs {
			if config.Key == "retention.ms" {
				retention = config.MaybeValue()
			}
		}
	}
	return len(topics[topic].Partitions), retention, len(groups[group].Members), err
}

func (f *franz) Forget(group string) error {
	answer, err := f.admin.DeleteGroup(soon(), group)
	return errors.Join(err, answer.Err)
}

func (f *franz) Delete(topic string) error {
	answer, err := f.admin.DeleteTopic(soon(), topic)
	return errors.Join(err, answer.Err)
}

func main() { steps.Run(connect) }
