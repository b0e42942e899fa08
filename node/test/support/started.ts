import { afterEach } from 'vitest'
import type { Rig, Running } from './rig.ts'

/** Starts nodes over rigs; each is stopped when its test ends. Call once a file. */
export function startsNodes(): (rig: Rig, ...args: Parameters<Rig['start']>) => Promise<Running> {
  const running: Running[] = []
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop()
  })
  return async (rig, ...args) => {
    const one = await rig.start(...args)
    running.push(one)
    return one
  }
}
