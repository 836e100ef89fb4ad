import { argument, check, type Directory, type File, func, object, type Secret } from '@dagger.io/dagger';
import { PLACES, requestOptions } from './command.js';
import { BASE_IMAGE, bundleOf, type Given, isThisModule, present, run, runScan, succeeded } from './program.js';

/**
 * Scans an untrusted repository with sandboxed tools under a policy, and returns one verifiable bundle with an honest verdict.
 */
@object()
export class CertusSecurityScan {
  private baseImage: string;
  private registryMirror?: string;
  private installed?: Directory;
  private tools?: Directory;

  constructor(
    /** What containers start from, name@sha256:…; it needs node, git, python3 and util-linux. */ baseImage: string = BASE_IMAGE,
    /** The registry that has all images, where the engine reaches no other. */ registryMirror?: string,
    /** This package with its dependencies, as `npm install --prefix DIR` leaves it; default: from the npm registry. */ installed?: Directory,
    /** The store of installed tools, as `security-scan tools install` leaves it; each is checked against its lock. */ tools?: Directory,
  ) {
    this.baseImage = baseImage;
    this.registryMirror = registryMirror;
    this.installed = installed;
    this.tools = tools;
  }

  /** Scans a source and returns its bundle, whatever the verdict. Fails only when there is no bundle. */
  @func({ cache: 'never' })
  async scan(
    /** What to scan, with its .git when the commit is to be the subject. */ source: Directory,
    /** Which tools run (`security-scan profiles list`). */ profile: string = 'default',
    /** The assurance manifest of the product, JSON or YAML. */ manifest?: File,
    /** The operator's policy; never one of the tree. */ policy?: File,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
    /** Leave privacy tools out; recorded. */ skipPrivacyScan: boolean = false,
    /** Name of the bundle. */ bundleId?: string,
    /** A bundle: only findings that are not in it count. */ baseline?: Directory,
    /** Advisories, as `security-scan advisories update` or `import` leaves them; each pack is checked by its digest. */
    advisories?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
    /** Most severe allowed: a severity, or counts such as high=0,medium=5. */ failOn?: string,
    /** Ceiling on the whole run, such as 20m. */ timeout?: string,
    /** Judge the age of advisories by this date, such as 2026-01-31; default: today, UTC. */ asOf?: string,
    /** Tools to leave out; recorded. */ skipTools: string[] = [],
    /** Globs: only these files; recorded. */ include: string[] = [],
    /** Globs: not these files; recorded. */ exclude: string[] = [],
    /** Run every step, whatever the engine keeps from earlier runs. */ noCache: boolean = false,
  ): Promise<Directory> {
    const given = { manifest, policy, privacyAssets, baseline, advisories, signKey };
    const words = { profile, skipPrivacyScan, bundleId, failOn, timeout, asOf, skipTools, include, exclude, noCache };
    return await bundleOf(runScan({ ...present(given), ...words }, { source, ...given }, this.supply()));
  }

  /** The profile smoke. The quickest check: Ruff alone. */
  @func({ cache: 'never' })
  async smoke(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('smoke', { source, policy, signKey });
  }

  /** The profile fast. Python rules and secrets. */
  @func({ cache: 'never' })
  async fast(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('fast', { source, policy, signKey });
  }

  /** The profile standard. Fast, known vulnerabilities and an SBOM. */
  @func({ cache: 'never' })
  async standard(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('standard', { source, policy, advisories, signKey });
  }

  /** The profile medium. Fast, and pattern rules for many languages. */
  @func({ cache: 'never' })
  async medium(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('medium', { source, policy, signKey });
  }

  /** The profile light. Standard, pattern rules and privacy. */
  @func({ cache: 'never' })
  async light(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('light', { source, policy, advisories, privacyAssets, signKey });
  }

  /** The profile full. Standard, pattern rules and privacy; another name for light. */
  @func({ cache: 'never' })
  async full(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('full', { source, policy, advisories, privacyAssets, signKey });
  }

  /** The profile heavy. Full, and a dynamic scan of a running stack: refused while no tool provides one. */
  @func({ cache: 'never' })
  async heavy(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('heavy', { source, policy, advisories, privacyAssets, signKey });
  }

  /** The profile javascript. JavaScript and TypeScript rules, libraries and secrets. */
  @func({ cache: 'never' })
  async javascript(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('javascript', { source, policy, advisories, signKey });
  }

  /** The profile polyglot. Light with the JavaScript tools. */
  @func({ cache: 'never' })
  async polyglot(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('polyglot', { source, policy, advisories, privacyAssets, signKey });
  }

  /** The profile iac. Infrastructure as code and images. */
  @func({ cache: 'never' })
  async iac(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('iac', { source, policy, signKey });
  }

  /** The profile secrets. Credentials in the source and in its history. */
  @func({ cache: 'never' })
  async secrets(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('secrets', { source, policy, signKey });
  }

  /** The profile supply-chain. Known vulnerabilities, components and the workflows that build the product. */
  @func({ cache: 'never' })
  async supplyChain(
    /** What to scan. */ source: Directory,
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** A PEM key that signs the statements. */ signKey?: Secret,
  ): Promise<Directory> {
    return await this.withProfile('supply-chain', { source, policy, advisories, signKey });
  }

  /** The plan of a scan as JSON: what would run, with which rights, and why. Runs nothing. */
  @func({ cache: 'never' })
  async plan(
    /** What would be scanned. */ source: Directory,
    /** Which tools would run. */ profile: string = 'default',
    /** The assurance manifest of the product. */ manifest?: File,
    /** The operator's policy. */ policy?: File,
    /** Advisories; a plan names the packs that it would use. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
  ): Promise<string> {
    const given = { manifest, policy, advisories, privacyAssets };
    const words = { ...present(given), profile };
    const done = run(
      ['plan', PLACES.source, '--format=json', ...requestOptions(words)],
      { source, ...given },
      this.supply(),
    );
    return await succeeded(done, [0]);
  }

  /** Checks every byte, signature and statement of a bundle and derives its verdict again. Fails unless it is intact and passes. */
  @func({ cache: 'never' })
  async verify(
    /** The bundle. */ bundle: Directory,
    /** A trusted public key; then every statement must be signed by it. */ key?: File,
    /** The weakest sandbox that a run may have had. */ minSandbox?: string,
  ): Promise<string> {
    const options = [
      ...(key === undefined ? [] : ['--require-signature', `--key=${PLACES.key}`]),
      ...(minSandbox === undefined ? [] : [`--min-sandbox=${minSandbox}`]),
    ];
    return await succeeded(run(['verify', PLACES.bundle, ...options], { bundle, key }, this.supply()), [0]);
  }

  /** The components of a source as CycloneDX JSON. */
  @func({ cache: 'never' })
  async sbom(/** What to look at. */ source: Directory): Promise<File> {
    const bundle = await this.withProfile('sbom', { source });
    return bundle.file('reports/sbom/sbom.cyclonedx.json');
  }

  /** Fails the pipeline on a verdict other than pass, or when nothing could be judged. */
  @check()
  @func({ cache: 'never' })
  async check(
    /** What to scan; default: the folder of the workspace that installed this module. */
    @argument({ defaultPath: '/' })
    source: Directory,
    /** Which tools run. */ profile: string = 'default',
    /** The operator's policy. */ policy?: File,
    /** Advisories, as `security-scan advisories update` or `import` leaves them. */ advisories?: Directory,
    /** The labelled pack that the privacy detector checks itself against. */ privacyAssets?: Directory,
  ): Promise<void> {
    // Called by git reference and without a source, this would judge the module's own repository: green, and wrong.
    if (await isThisModule(source))
      throw new Error('the source is this module itself: name what to check with --source');
    const given = { policy, advisories, privacyAssets };
    const done = runScan({ ...present(given), profile }, { source, ...given }, this.supply());
    await succeeded(done, [0]);
  }

  private async withProfile(profile: string, given: Given): Promise<Directory> {
    return await bundleOf(runScan({ ...present(given), profile }, given, this.supply()));
  }

  private supply() {
    const { baseImage, registryMirror, installed, tools } = this;
    return { baseImage, registryMirror, installed, tools };
  }
}
