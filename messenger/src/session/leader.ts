/** Turns of the tabs of one browser: one has the messenger, and gives it up when another one is to have it. */
export interface Leader {
  /** Aborts when another tab takes over. */
  readonly over: AbortSignal
  /** To be called once nothing of the device's store is used any more. */
  release(): void
}

const channelOf = (name: string): BroadcastChannel => new BroadcastChannel(name)

/**
 * Waits until this tab has the turn.
 * @param onWaiting - Told when another tab has it, with what asks that one to give it up.
 */
export function lead(name: string, onWaiting: (takeOver: () => void) => void): Promise<Leader> {
  const { promise, resolve, reject } = Promise.withResolvers<Leader>()
  const begin = (): Promise<void> => {
    const over = new AbortController()
    const channel = channelOf(name)
    channel.onmessage = () => over.abort(new DOMException('another tab took over', 'AbortError'))
    const held = Promise.withResolvers<void>()
    resolve({
      over: over.signal,
      release: () => {
        channel.close()
        held.resolve()
      },
    })
    return held.promise
  }
  const wait = async (): Promise<void> => {
    const isFree = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false
      await begin()
      return true
    })
    if (isFree) return
    onWaiting(() => {
      const channel = channelOf(name)
      channel.postMessage('mine')
      channel.close()
    })
    await navigator.locks.request(name, begin)
  }
  wait().catch(reject)
  return promise
}
