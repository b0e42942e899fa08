import { parentPort, workerData } from 'node:worker_threads'
import { attacks, type Places } from './attacks.ts'
import { RawClients } from './raw-client.ts'

const { name, port, places } = workerData as { name: string; port: number; places: Places }
const attack = attacks.find((each) => each.name === name)
if (attack === undefined || parentPort === null) throw new RangeError(`no attack ${name}, or no worker`)
const clients = new RawClients(port)
const ending = new AbortController()
parentPort.on('message', (order: 'stop' | 'leave') => {
  ending.abort()
  if (order === 'stop') parentPort?.postMessage({ sentBytes: clients.sentBytes })
  else {
    clients.end()
    parentPort?.close()
  }
})
await attack.run(clients, places, ending.signal)
