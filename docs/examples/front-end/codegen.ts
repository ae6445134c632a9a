// Types come from the schema that the service commits; `src/gql` is generated, never edited.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../../schema/schema.graphql",
  documents: ["src/**/*.{ts,tsx}", "!src/gql/**"],
  generates: {
    "./src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: { unmaskFunctionName: "getFragmentData" } },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        // Text on the wire: a Decimal keeps its digits, a Date has no time zone, a Cursor is opaque.
        scalars: {
          Cursor: "string",
          Date: "string",
          DateTime: "string",
          Decimal: "string",
          FieldName: "string",
          JSON: "unknown",
          Pointer: "string",
          Scope: "string",
          Time: "string",
          UUID: "string",
        },
      },
    },
  },
};

export default config;
