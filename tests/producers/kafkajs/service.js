// The plan's own KafkaService (publishOrder, publishDeliveryUpdate), and around it what vigie's tests need of clients that are
// not vigie's: records with headers and timestamps, transactions, a consumer group, access rules.
//
// node service.js COMMAND '{"brokers":["127.0.0.1:9092"], …}'
'use strict';
const { Kafka, AclOperationTypes, AclPermissionTypes, AclResourceTypes, CompressionTypes, ResourcePatternTypes, logLevel } =
  require('kafkajs');

class KafkaService {
  constructor(options) {
    this.kafka = new Kafka({
      clientId: '224solutions-app',
      brokers: options.brokers,
      logLevel: logLevel.ERROR,
      retry: { initialRetryTime: 100, retries: 10 },
    });
    this.producer = this.kafka.producer({ allowAutoTopicCreation: false });
  }

  async publishOrder(order) {
    await this.producer.send({
      topic: 'orders.created',
      messages: [{ key: order.id, value: JSON.stringify(order), timestamp: Date.now().toString() }],
    });
  }

  async publishDeliveryUpdate(delivery) {
    await this.producer.send({
      topic: 'delivery.updated',
      messages: [{ key: delivery.orderId, value: JSON.stringify(delivery) }],
    });
  }
}

const commands = {
  // { orders, deliveries, prefix }: the plan's two calls, one after the other.
  async plan(options) {
    const service = new KafkaService(options);
    await service.producer.connect();
    for (let i = 0; i < (options.orders || 0); i++) {
      await service.publishOrder({
        id: `${options.prefix}-${i}`, customerId: 'c-1', shopId: 's-1', total: 45000 + i, currency: 'GNF',
        paymentMethod: 'orange_money', items: [{ sku: 'riz-25kg', name: 'Riz 25 kg', quantity: 1, unitPrice: 45000 + i }],
        createdAt: new Date().toISOString(),
      });
    }
    const words = ['préparé', 'en route', 'livré'];
    for (let i = 0; i < (options.deliveries || 0); i++) {
      await service.publishDeliveryUpdate({ orderId: `${options.prefix}-${i}`, status: words[i % 3], lat: 9.53, lon: -13.68 });
    }
    await service.producer.disconnect();
  },

  // { topic, messages: [{ key, value, headers, age_ms, partition, base64 }], gzip }
  async produce(options) {
    const { kafka } = new KafkaService(options);
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({
      topic: options.topic,
      compression: options.gzip ? CompressionTypes.GZIP : CompressionTypes.None,
      messages: options.messages.map(message),
    });
    await producer.disconnect();
  },

  // { topic, id, rounds: [{ records, abort }], partitions }: one transaction a round, spread over the partitions.
  async transactions(options) {
    const { kafka } = new KafkaService(options);
    const producer = kafka.producer({
      transactionalId: options.id, maxInFlightRequests: 1, idempotent: true, allowAutoTopicCreation: false,
    });
    await producer.connect();
    for (const [round, { records, abort }] of options.rounds.entries()) {
      const transaction = await producer.transaction();
      const messages = Array.from({ length: records }, (_, i) => ({
        key: `r${round}-${i}`, value: `{"orderId":"r${round}-${i}"}`, partition: i % (options.partitions || 1),
      }));
      await transaction.send({ topic: options.topic, messages });
      await (abort ? transaction.abort() : transaction.commit());
    }
    await producer.disconnect();
  },

  // { topic, group, count }: reads and commits `count` records, says so, and stays a member until its input closes.
  async group(options) {
    const { kafka } = new KafkaService(options);
    const consumer = kafka.consumer({ groupId: options.group, sessionTimeout: 6000, heartbeatInterval: 500 });
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    let seen = 0;
    let done;
    const enough = new Promise((resolve) => { done = resolve; });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message: m }) => {
        if (seen >= options.count) return;
        await consumer.commitOffsets([{ topic, partition, offset: (BigInt(m.offset) + 1n).toString() }]);
        seen += 1;
        if (seen === options.count) {
          consumer.pause([{ topic: options.topic }]);
          done();
        }
      },
    });
    await enough;
    console.log(`committed ${seen}`);
    await new Promise((resolve) => { process.stdin.on('end', resolve); process.stdin.resume(); });
    await consumer.disconnect();
  },

  // { rules: [{ principal, kind: "TOPIC"|"GROUP"|"CLUSTER", name, operations: ["DESCRIBE", …] }] }
  async allow(options) {
    const { kafka } = new KafkaService(options);
    const admin = kafka.admin();
    await admin.connect();
    const acl = options.rules.flatMap((rule) => rule.operations.map((operation) => ({
      resourceType: AclResourceTypes[rule.kind], resourceName: rule.name, resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: rule.principal, host: '*', operation: AclOperationTypes[operation], permissionType: AclPermissionTypes.ALLOW,
    })));
    await admin.createAcls({ acl });
    await admin.disconnect();
  },
};

function message({ key, value, headers, age_ms: age, partition, base64 }) {
  return {
    key: key === undefined ? null : decoded(key, base64),
    value: value === null ? null : decoded(value, base64),
    headers,
    partition,
    timestamp: (Date.now() - (age || 0)).toString(),
  };
}

function decoded(text, base64) {
  return base64 ? Buffer.from(text, 'base64') : text;
}

const [name, json] = process.argv.slice(2);
if (!commands[name]) {
  console.error(`no command ${name}; there are: ${Object.keys(commands).join(', ')}`);
  process.exit(2);
}
commands[name](JSON.parse(json)).then(() => process.exit(0), (error) => {
  console.error(error.stack || error);
  process.exit(1);
});
