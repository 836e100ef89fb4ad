import { type Directory, dag, func, object } from '@dagger.io/dagger';

/** A pipeline that scans before it builds. */
@object()
export class Example {
  /** The bundle of a scan; its verdict is in summary.json. */
  @func({ cache: 'never' })
  scan(source: Directory): Directory {
    return dag.certusSecurityScan().scan(source, { profile: 'default' });
  }

  /** Fails on any verdict but pass. */
  @func({ cache: 'never' })
  async gate(source: Directory): Promise<void> {
    await dag.certusSecurityScan().check({ source });
  }
}
