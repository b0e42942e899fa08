import { once } from 'node:events'
import { get, RawClients } from './raw-client.ts'
import { usageOf } from './usage.ts'

const requests = 200

/** CPU of a process in milliseconds for each kilobyte of honest requests: one after another, each answer read. */
export async function honestCost(url: string, pid: number, path: string): Promise<number> {
  const clients = new RawClients(Number(new URL(url).port))
  const before = usageOf(pid).cpuMs
  for (let i = 0; i < requests; i += 1) {
    const socket = clients.open()
    const closed = once(socket, 'close')
    await clients.send(socket, get(path, 'Accept: application/octet-stream\r\nConnection: close\r\n'))
    await closed
  }
  return (usageOf(pid).cpuMs - before) / (clients.sentBytes / 1_024)
}
