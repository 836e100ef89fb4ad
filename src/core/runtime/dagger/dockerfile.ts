import { CONTAINER, type ContainerOrder, PLACES } from '../../lib/sandbox/container.js';

/** Folders of the build context. */
export const CONTEXT = {
  agent: 'agent',
  input: 'in',
  read: (index: number) => `read/${index}`,
  given: (index: number) => `given/${index}`,
};

/** A path that needs no quoting in any of the forms that a Dockerfile has. */
const PLAIN = /^(\/[A-Za-z0-9._@+-]+)+$/;

/** Why a mount point cannot be written into a Dockerfile, or undefined. */
export function mountPointProblem(points: readonly string[]): string | undefined {
  const odd = points.find((point) => !PLAIN.test(point) || point === CONTAINER || point.startsWith(`${CONTAINER}/`));
  return odd === undefined ? undefined : `mount point cannot be used in a container: ${JSON.stringify(odd)}`;
}

/**
 * One job as one build step: `RUN --network=none` is the only public way to a container without a network in this
 * version of the engine, and its bind mounts are read-only (docs.docker.com/reference/dockerfile).
 * `image` is a reference with a digest, `sources` the places of `reads` in the build context, `node` the program that runs the agent, by its name in the image's PATH.
 */
export function dockerfile(
  image: string,
  { reads, writes, limits }: Pick<ContainerOrder, 'reads' | 'writes' | 'limits'>,
  sources: readonly string[],
): string {
  const mounts = [
    bind(CONTEXT.agent, `${CONTAINER}/agent`),
    bind(CONTEXT.input, `${CONTAINER}/in`),
    ...reads.map((to, index) => bind(sources[index] ?? '', to)),
    ...writes.flatMap(({ given }, index) => (given ? [bind(CONTEXT.given(index), `${PLACES.given}/${index}`)] : [])),
    ...['/tmp', '/dev/shm'].map((at) => `--mount=type=tmpfs,target=${at},size=${Math.floor(limits.tmpBytes)}`),
  ];
  const command = JSON.stringify(['node', PLACES.agent]);
  return `FROM ${image}\nUSER 0:0\nWORKDIR /\nRUN --network=none ${mounts.join(' ')} ${command}\n`;
}

const bind = (source: string, target: string): string => `--mount=type=bind,source=${source},target=${target}`;
