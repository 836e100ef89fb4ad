/** The part of JSON Schema that this project's schemas use. */
export interface Schema {
  $ref?: string;
  type?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: { enum?: string[] };
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export interface Key {
  path: string;
  /** Its mapping cannot be without it. */
  required: boolean;
  default: unknown;
}

/**
 * Every key that a document of a schema may have: `a.b`, `a[].b` in a list. Keys of a map are its `names`, by the map's
 * path, or else those that the schema lists.
 */
export function keysIn(schema: Schema, names: Readonly<Record<string, string>> = {}, path = ''): Key[] {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
    { path: at(key), required: (schema.required ?? []).includes(key), default: inner.default },
    ...keysIn(inner, names, at(key)),
  ]);
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((inner) => keysIn(inner, names, path));
  const items = schema.items === undefined ? [] : keysIn(schema.items, names, `${path}[]`);
  return [...own, ...keysOfMap(schema, names, path), ...items, ...choices];
}

/** Maps of numbers list their keys; maps of mappings have one name for all. */
function keysOfMap(
  { additionalProperties: value, propertyNames }: Schema,
  names: Readonly<Record<string, string>>,
  path: string,
): Key[] {
  if (typeof value !== 'object') return [];
  const name = names[path];
  if (name !== undefined) return keysIn(value, names, `${path}.${name}`);
  if (value.type === 'integer')
    return (propertyNames?.enum ?? []).map((key) => ({ path: `${path}.${key}`, required: false, default: undefined }));
  return [];
}
