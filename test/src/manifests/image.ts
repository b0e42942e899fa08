import { roleUser } from '@parley/infra/roles'
import { binaryPath, dataPath, programPath } from './places.ts'

/** How an image is made of the folder that a server installs. */
export function imageFile(): string {
  const { name, id } = roleUser
  return `# Written by \`npm run manifests\`. In the folder that the tarball unpacks to:
# docker build --file infra/manifests/Dockerfile --tag parley:local .
FROM debian:bookworm-slim
RUN groupadd --gid ${id} ${name} && useradd --uid ${id} --gid ${id} --no-create-home ${name} && install -d -o ${name} -g ${name} -m 700 ${dataPath}
COPY . ${programPath}
WORKDIR ${dataPath}
USER ${id}:${id}
STOPSIGNAL SIGTERM
ENTRYPOINT ["${binaryPath}"]
`
}
