import { raceAbort } from '@parley/runtime'
import { type Charge, keyOf, type Lack, type Windows, WindowsAway } from './windows.ts'

/** What is asked of a client of Redis or Valkey; those of ioredis and iovalkey are one. */
export interface RedisClient {
  /** Runs a Lua script. @param rest - The keys, then the arguments. */
  eval(script: string, keys: number, ...rest: readonly (string | number)[]): Promise<unknown>
}

export interface RedisOptions {
  /** Before all keys. @default parley-gateway: */
  readonly prefix?: string
  /** Milliseconds after which nobody can count. @default 1_000 */
  readonly timeoutMs?: number
}

/**
 * All or nothing over all keys, by the clock of Redis in microseconds. Each key holds the time at which its window is full
 * again, and goes at that time. @returns the number of the key that lacks most and how long it lacks; 0 when all were taken.
 */
const take = `
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local most, longest, after = 0, 0, {}
for i, key in ipairs(KEYS) do
  local period, step = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local at = after[key] or tonumber(redis.call('GET', key) or now)
  if at < now then at = now end
  at = at + step
  after[key] = at
  local lacks = at - now - period
  if lacks > longest then most, longest = i, lacks end
end
if most > 0 then return { most, string.format('%.0f', math.min(longest, 1e15)) } end
for key, at in pairs(after) do
  redis.call('SET', key, string.format('%.0f', at), 'PX', math.max(1, math.ceil((at - now) / 1000)))
end
return { 0, '0' }
`

const give = `
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
for i, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or now) - tonumber(ARGV[2 * i])
  if at <= now then
    redis.call('DEL', key)
  else
    redis.call('SET', key, string.format('%.0f', at), 'PX', math.max(1, math.ceil((at - now) / 1000)))
  end
end
return { 0, '0' }
`

/**
 * Windows that several instances of a gateway share, in Redis or Valkey: one script looks at all of them and takes from all or
 * none. Keys of one call must lie on one server, as they do without a cluster.
 */
export function redisWindows(client: RedisClient, options: RedisOptions = {}): Windows {
  const { prefix = 'parley-gateway:', timeoutMs = 1_000 } = options

  const run = async (script: string, charges: readonly Charge[], signal: AbortSignal): Promise<[number, number]> => {
    const keys = charges.map((charge) => prefix + keyOf(charge))
    const bounds = charges.flatMap(({ window, units }) => [
      1_000 * window.periodMs,
      // A window without units lets nothing pass: this is beyond every period.
      Math.min(1e15, Math.ceil((1_000 * window.periodMs * units) / window.units)),
    ])
    try {
      const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const answer = (await raceAbort(client.eval(script, keys.length, ...keys, ...bounds), over)) as [unknown, unknown]
      return [Number(answer[0]), Number(answer[1])]
    } catch (error) {
      signal.throwIfAborted()
      throw new WindowsAway(`what counts cannot be asked: ${(error as Error).message}`, { cause: error })
    }
  }

  return {
    async take(charges, signal): Promise<Lack> {
      const counted = charges.filter(({ units }) => units > 0)
      if (counted.length === 0) return undefined
      const [number, micros] = await run(take, counted, signal)
      const charge = counted[number - 1]
      if (charge === undefined) return undefined
      return { charge, retryAfterMs: Math.min(Math.ceil(micros / 1_000), charge.window.periodMs) }
    },
    async give(charges, signal) {
      const counted = charges.filter(({ units, window }) => units > 0 && window.units > 0)
      if (counted.length > 0) await run(give, counted, signal)
    },
  }
}
