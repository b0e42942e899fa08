export { freePorts, NatsServer, type NatsServerOptions, natsServerPath } from './nats-server.ts'
