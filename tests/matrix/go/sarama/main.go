// The steps of the client matrix with sarama: sarama BOOTSTRAP PREFIX.
package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"ottla/matrix/steps"
)

type client struct {
	bootstrap []string
	client    sarama.Client
	admin     sarama.ClusterAdmin
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	return config
}

func connect(bootstrap string) (steps.Client, error) {
	servers := []string{bootstrap}
	connected, err := sarama.NewClient(servers, config())
	if err != nil {
		return nil, err
	}
	admin, err := sarama.NewClusterAdminFromClient(connected)
	return &client{servers, connected, admin}, err
}

func (c *client) Lacks(string) string { return "" }

func (c *client) Create(topic string) error {
	retention := steps.Retention
	return c.admin.CreateTopic(topic, &sarama.TopicDetail{
		NumPartitions: steps.Partitions, ReplicationFactor: 1,
		ConfigEntries: map[string]*string{"retention.ms": &retention},
	}, false)
}

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

func (c *client) Produce(topic string, records []steps.Record, codec string, idempotent bool) error {
	config := config()
	config.Producer.Compression = codecs[codec]
	if idempotent {
		config.Producer.Idempotent = true
		config.Net.MaxOpenRequests = 1
	}
	producer, err := sarama.NewSyncProducer(c.bootstrap, config)
	if err != nil {
		return err
	}
	var messages []*sarama.ProducerMessage
	for _, record := range records {
		messages = append(messages, &sarama.ProducerMessage{
			Topic: topic, Partition: record.Partition,
			Key: sarama.StringEncoder(record.Key), Value: sarama.StringEncoder(record.Value),
			Headers: []sarama.RecordHeader{{Key: []byte("step"), Value: []byte(record.Step)}},
		})
	}
	return errors.Join(producer.SendMessages(messages), producer.Close())
}

// member is a consumer whose sessions push what they read.
type member struct {
	topic   string
	found   chan *sarama.ConsumerMessage
	failed  chan error
	close   func() error
	lock    sync.Mutex
	session sarama.ConsumerGroupSession
}

func newMember(topic string) *member {
	return &member{topic: topic, found: make(chan *sarama.ConsumerMessage), failed: make(chan error, 1)}
}

func (c *client) Member(topic, group string) (steps.Member, error) {
	joined, err := sarama.NewConsumerGroup(c.bootstrap, group, config())
	if err != nil {
		return nil, err
	}
	m := newMember(topic)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if err := joined.Consume(ctx, []string{topic}, m); err != nil {
				m.failed <- err
				return
			}
		}
	}()
	m.close = func() error {
		cancel()
		<-ended
		return joined.Close()
	}
	return m, nil
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.session = session
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return m.Setup(nil) }

func (m *member) ConsumeClaim(s sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		select {
		case m.found <- message:
		case <-s.Context().Done():
			return nil
		}
	}
	return nil
}

func (c *client) ReadFrom(topic string, offsets map[int32]int64) (steps.Member, error) {
	consumer, err := sarama.NewConsumer(c.bootstrap, config())
	if err != nil {
		return nil, err
	}
	m := newMember(topic)
	m.close = consumer.Close
	for part, offset := range offsets {
		reader, err := consumer.ConsumePartition(topic, part, offset)
		if err != nil {
			return nil, err
		}
		go func() {
			for message := range reader.Messages() {
				m.found <- message
			}
		}()
		end := m.close
		m.close = func() error { return errors.Join(reader.Close(), end()) }
	}
	return m, nil
}

func (m *member) Poll() ([]steps.Record, error) {
	var records []steps.Record
	for wait := time.After(20 * time.Millisecond); ; {
		select {
		case found := <-m.found:
			records = append(records, steps.Record{
				Partition: found.Partition, Offset: found.Offset, Key: string(found.Key),
				Value: string(found.Value), Step: string(found.Headers[0].Value),
			})
		case err := <-m.failed:
			return records, err
		case <-wait:
			return records, nil
		}
	}
}

func (m *member) Assigned() []int32 {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.session == nil {
		return nil
	}
	return m.session.Claims()[m.topic]
}

func (m *member) Commit(offsets map[int32]int64) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.session == nil {
		return errors.New("no session")
	}
	for part, offset := range offsets {
		m.session.MarkOffset(m.topic, part, offset, "")
	}
	m.session.Commit()
	return nil
}

func (m *member) Close() error { return m.close() }

func (c *client) Committed(group, topic string) (int64, error) {
	found, err := c.admin.ListConsumerGroupOffsets(group, nil)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, block := range found.Blocks[topic] {
		sum += block.Offset
	}
	return sum, nil
}

func (c *client) OffsetsFor(topic string, ms int64) (map[int32]int64, error) {
	offsets := map[int32]int64{}
	for part := range int32(steps.Partitions) {
		offset, err := c.client.GetOffset(topic, part, ms)
		if err != nil {
			return nil, err
		}
		offsets[part] = offset
	}
	return offsets, nil
}

func (c *client) Topics() ([]string, error) {
	found, err := c.admin.ListTopics()
	return names(found), err
}

func (c *client) Groups() ([]string, error) {
	found, err := c.admin.ListConsumerGroups()
	return names(found), err
}

func names[V any](found map[string]V) []string {
	var names []string
	for name := range found {
		names = append(names, name)
	}
	return names
}

func (c *client) Describe(topic, group string) (int, string, int, error) {
	topics, err := c.admin.DescribeTopics([]string{topic})
	if err != nil {
		return 0, "", 0, err
	}
	groups, err := c.admin.DescribeConsumerGroups([]string{group})
	if err != nil {
		return 0, "", 0, err
	}
	entries, err := c.admin.DescribeConfig(sarama.ConfigResource{
		Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"},
	})
	if err != nil || len(entries) != 1 {
		return 0, "", 0, errors.Join(err, errors.New("one config was asked for"))
	}
	return len(topics[0].Partitions), entries[0].Value, len(groups[0].Members), nil
}

func (c *client) Forget(group string) error { return c.admin.DeleteConsumerGroup(group) }

func (c *client) Delete(topic string) error { return c.admin.DeleteTopic(topic) }

func main() { steps.Run(connect) }
