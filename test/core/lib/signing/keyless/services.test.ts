import { describe, expect, it } from 'vitest';
import { servicesAt } from '../../../../../src/core/lib/signing/keyless/services.js';
import { refusal } from '../refusal.js';

describe('an address of a service is refused', () => {
  it.each([
    ['http://fulcio.example.org', /expected an https address/],
    ['file:///etc/passwd', /expected an https address/],
    ['https://user:word@fulcio.example.org', /without user name, password and query/],
    ['https://fulcio.example.org/?a=b', /without user name, password and query/],
    ['fulcio', /expected an https address/],
  ])('%s', async (fulcioUrl, message) => {
    expect(await refusal(() => servicesAt({ fulcioUrl }))).toMatch(message);
  });

  it('where nothing would tell the time', async () => {
    expect(await refusal(() => servicesAt({ tlogUpload: false }))).toMatch(/Name a timestamp authority/);
    const both = { tlogUpload: false, rekorUrl: 'https://r.example.org', timestampServerUrl: 'https://t.example.org' };
    expect(await refusal(() => servicesAt(both))).toMatch(/contradict each other/);
  });

  it('never for the public services, which are those of cosign', () => {
    expect(servicesAt({})).toEqual({
      fulcio: { name: 'Fulcio', url: 'https://fulcio.sigstore.dev' },
      rekor: { name: 'Rekor', url: 'https://rekor.sigstore.dev' },
    });
  });
});
