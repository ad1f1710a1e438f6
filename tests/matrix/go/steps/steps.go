// Package steps runs the steps of the client matrix over the small face of an adapter.
package steps

import (
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	// Partitions of the topic.
	Partitions = 4
	// Retention is what the topic's retention.ms is created with.
	Retention = "3600000"

	records = 8
	limit   = 30 * time.Second
)

// Record is one to be produced or one that was read.
type Record struct {
	Partition        int32
	Offset           int64
	Key, Value, Step string
}

// Client is what the steps need of a client.
type Client interface {
	Create(topic string) error
	Produce(topic string, records []Record, codec string, idempotent bool) error
	// Member joins a group, or reads alone where the group is "".
	Member(topic, group string) (Member, error)
	// Committed is the sum of the group's offsets of the topic.
	Committed(group, topic string) (int64, error)
	// OffsetsFor gives the offset of each partition for a time.
	OffsetsFor(topic string, ms int64) (map[int32]int64, error)
	// ReadFrom reads the topic without a group.
	ReadFrom(topic string, offsets map[int32]int64) (Member, error)
	Topics() ([]string, error)
	Groups() ([]string, error)
	// Describe gives the number of partitions, retention.ms and the number of members.
	Describe(topic, group string) (int, string, int, error)
	Forget(group string) error
	Delete(topic string) error
	// Lacks gives the reason why a step is not there, or "".
	Lacks(step string) string
}

// Member is a consumer.
type Member interface {
	// Poll waits a little for records.
	Poll() ([]Record, error)
	Assigned() []int32
	Commit(offsets map[int32]int64) error
	Close() error
}

type reader struct {
	Member
	next map[int32]int64
	keys map[string]bool
}

func newReader(member Member, err error) (*reader, error) {
	return &reader{member, map[int32]int64{}, map[string]bool{}}, err
}

func (r *reader) read() error {
	found, err := r.Poll()
	for _, record := range found {
		step := record.Key[:strings.LastIndex(record.Key, "-")]
		if record.Value != value(step) || record.Step != step {
			return fmt.Errorf("record %s is not what was sent: %v", record.Key, record)
		}
		r.keys[record.Key] = true
		r.next[record.Partition] = record.Offset + 1
	}
	return err
}

func (r *reader) positions() (map[int32]int64, int64) {
	at, sum := map[int32]int64{}, int64(0)
	for _, part := range r.Assigned() {
		if offset, known := r.next[part]; known {
			at[part], sum = offset, sum+offset
		}
	}
	return at, sum
}

func until(what string, readers []*reader, holds func() bool) error {
	end := time.Now().Add(limit)
	for !holds() {
		if time.Now().After(end) {
			return fmt.Errorf("waited in vain for %s", what)
		}
		for _, r := range readers {
			if err := r.read(); err != nil {
				return err
			}
		}
	}
	return nil
}

type run struct {
	Client
	topic, group string
	total        int64
	pair         []*reader
}

// Run runs all steps of a client that `connect` connects, and ends the process.
func Run(connect func(bootstrap string) (Client, error)) {
	client, err := connect(os.Args[1])
	if err != nil {
		fmt.Println("create fail: cannot connect:", err)
		os.Exit(1)
	}
	r := run{Client: client, topic: os.Args[2] + "-topic", group: os.Args[2] + "-group"}
	r.step("create", func() error { return r.Create(r.topic) })
	r.step("plain", func() error { return r.produce("plain", "none", false) })
	for _, codec := range []string{"gzip", "snappy", "lz4", "zstd"} {
		r.step(codec, func() error { return r.produce(codec, codec, false) })
	}
	r.step("idempotent", func() error { return r.produce("idempotent", "none", true) })
	r.step("group", r.both)
	r.step("commit", r.commit)
	r.step("leave", r.leave)
	var mark int64
	r.step("resume", func() error { return r.resume(&mark) })
	r.step("seek", func() error { return r.seek(mark) })
	r.step("list", r.list)
	r.step("describe", r.describe)
	r.step("forget", r.forget)
	r.step("delete", r.delete)
	os.Exit(0)
}

func (r *run) step(name string, body func() error) {
	if reason := r.Lacks(name); reason != "" {
		fmt.Printf("%s none: %s\n", name, reason)
		return
	}
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Printf("%s fail: panic: %v\n", name, cause)
		}
	}()
	if err := body(); err != nil {
		fmt.Printf("%s fail: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println(name, "ok")
}

func value(name string) string { return name + strings.Repeat("x", 200) }

func (r *run) send(name, codec string, idempotent bool, count int) error {
	var batch []Record
	for i := range count {
		key := fmt.Sprintf("%s-%d", name, i)
		batch = append(batch, Record{int32(i % Partitions), 0, key, value(name), name})
	}
	return r.Produce(r.topic, batch, codec, idempotent)
}

func (r *run) produce(name, codec string, idempotent bool) error {
	err := r.send(name, codec, idempotent, records)
	if err == nil {
		r.total += records
	}
	return err
}

func (r *run) both() error {
	for range 2 {
		member, err := newReader(r.Member(r.topic, r.group))
		if err != nil {
			return err
		}
		r.pair = append(r.pair, member)
	}
	err := until("a group of two that has read all", r.pair, func() bool {
		sum, shares := int64(0), true
		for _, member := range r.pair {
			_, read := member.positions()
			sum, shares = sum+read, shares && len(member.Assigned()) == 2
		}
		return shares && sum == r.total
	})
	keys := map[string]bool{}
	for _, member := range r.pair {
		for key := range member.keys {
			keys[key] = true
		}
	}
	if err == nil && int64(len(keys)) != r.total {
		return fmt.Errorf("%d keys of %d", len(keys), r.total)
	}
	return err
}

func (r *run) commit() error {
	for _, member := range r.pair {
		at, _ := member.positions()
		if err := member.Commit(at); err != nil {
			return err
		}
	}
	sum, err := r.Committed(r.group, r.topic)
	if err == nil && sum != r.total {
		return fmt.Errorf("committed %d of %d", sum, r.total)
	}
	return err
}

func (r *run) leave() error {
	if err := r.pair[1].Close(); err != nil {
		return err
	}
	err := until("the partitions of the one that left", r.pair[:1], func() bool {
		return len(r.pair[0].Assigned()) == Partitions
	})
	if err != nil {
		return err
	}
	return r.pair[0].Close()
}

func (r *run) resume(mark *int64) error {
	time.Sleep(20 * time.Millisecond)
	*mark = time.Now().UnixMilli()
	if err := r.send("resume", "none", false, Partitions); err != nil {
		return err
	}
	return onlyResumed(newReader(r.Member(r.topic, r.group)))
}

func (r *run) seek(mark int64) error {
	offsets, err := r.OffsetsFor(r.topic, mark)
	if err != nil {
		return err
	}
	sum := int64(0)
	for _, offset := range offsets {
		sum += offset
	}
	if sum != r.total {
		return fmt.Errorf("offsets for the time are %v, of %d", offsets, r.total)
	}
	return onlyResumed(newReader(r.ReadFrom(r.topic, offsets)))
}

func onlyResumed(member *reader, err error) error {
	if err != nil {
		return err
	}
	err = until("what came later", []*reader{member}, func() bool {
		return len(member.keys) >= Partitions
	})
	for key := range member.keys {
		if !strings.HasPrefix(key, "resume-") {
			err = fmt.Errorf("read again: %s", key)
		}
	}
	if err != nil {
		return err
	}
	return member.Close()
}

func contains(names []string, name string) bool {
	for _, one := range names {
		if one == name {
			return true
		}
	}
	return false
}

func (r *run) list() error {
	topics, err := r.Topics()
	if err != nil {
		return err
	}
	groups, err := r.Groups()
	if err == nil && (!contains(topics, r.topic) || !contains(groups, r.group)) {
		return fmt.Errorf("not listed among %v and %v", topics, groups)
	}
	return err
}

func (r *run) describe() error {
	partitions, retention, members, err := r.Describe(r.topic, r.group)
	if err == nil && (partitions != Partitions || retention != Retention || members != 0) {
		return fmt.Errorf("%d partitions, retention %s, %d members", partitions, retention, members)
	}
	return err
}

func (r *run) forget() error {
	if err := r.Forget(r.group); err != nil {
		return err
	}
	groups, err := r.Groups()
	if err == nil && contains(groups, r.group) {
		return fmt.Errorf("the group is still listed")
	}
	return err
}

func (r *run) delete() error {
	if err := r.Delete(r.topic); err != nil {
		return err
	}
	end := time.Now().Add(limit)
	for {
		topics, err := r.Topics()
		if err != nil || !contains(topics, r.topic) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("the topic is still listed")
		}
		time.Sleep(50 * time.Millisecond)
	}
}
