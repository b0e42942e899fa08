/** Methods that each registered route is asked by. */
export class KnownMethods {
  private readonly routes: { readonly parts: readonly string[]; readonly methods: readonly string[] }[] = []

  /** @param url - Of the route, with `:name` for what varies. */
  add(url: string, methods: readonly string[]): void {
    this.routes.push({ parts: url.split('/'), methods })
  }

  /** Methods that a path is asked by; none when it is no route's. */
  of(path: string): string[] {
    const given = path.split('/')
    const matching = this.routes.filter(
      ({ parts }) =>
        parts.length === given.length &&
        parts.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i])),
    )
    return [...new Set(matching.flatMap(({ methods }) => methods))].toSorted()
  }
}
