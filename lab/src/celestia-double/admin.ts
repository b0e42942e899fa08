import { createServer, type IncomingMessage } from 'node:http'
import { type FaultName, faultNames, type SetFault } from './faults.ts'

/** Where faults are set while the double runs. */
export interface Admin {
  readonly url: string
  close(): Promise<void>
}

const loopback = '127.0.0.1'
const maxBodyBytes = 4_096

/**
 * Serves on loopback alone: `PUT /` with `{"fault": "dropped", "times": 1}` sets a fault, with `{}` ends it; `GET /` says
 * which one is set and how often it took effect.
 */
export async function startAdmin(port: number, set: (fault: SetFault | undefined) => void): Promise<Admin> {
  let current: SetFault | undefined
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.method !== 'PUT')
      return answer(200, current === undefined ? {} : { fault: current.name, hits: current.hits })
    faultIn(request).then(
      (fault) => {
        current = fault
        set(fault)
        answer(200, {})
      },
      (error: Error) => answer(400, { error: error.message }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, resolve)
  })
  const address = server.address()
  return {
    url: `http://${loopback}:${typeof address === 'object' ? address?.port : port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** @throws {TypeError} that says what it takes. */
async function faultIn(request: IncomingMessage): Promise<SetFault | undefined> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > maxBodyBytes) throw new TypeError(`takes ${maxBodyBytes} bytes at most`)
  }
  const { fault, times } = JSON.parse(text) as { fault?: unknown; times?: unknown }
  if (fault === undefined) return undefined
  if (!faultNames.includes(fault as FaultName)) throw new TypeError(`fault is one of ${faultNames.join(', ')}`)
  if (times !== undefined && (!Number.isInteger(times) || (times as number) < 1))
    throw new TypeError('times is at least 1')
  return { name: fault as FaultName, left: times as number | undefined, hits: 0 }
}
