/** Lets `steps` operations happen; the one after and all later ones never do, as in a process that was killed. */
export function dying<T extends object>(target: T, life: { steps: number }, died: () => void): T {
  return new Proxy(target, {
    get(_, name) {
      const member = Reflect.get(target, name) as unknown
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (life.steps === 0) {
          died()
          return new Promise(() => undefined)
        }
        life.steps -= 1
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
}
