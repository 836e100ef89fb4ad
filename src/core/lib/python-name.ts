/** The form in which names of Python packages are compared (PEP 503). */
export const pythonName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();
