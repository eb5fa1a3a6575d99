import { z } from "zod";

export type ParameterType = {
  type: string;
  arrayType?: ParameterType | undefined;
  structTypes?: { name?: string | undefined; type: ParameterType }[] | undefined;
};

export type ParameterValue = {
  value?: string | number | boolean | null | undefined;
  arrayValues?: ParameterValue[] | undefined;
  structValues?: Record<string, ParameterValue> | undefined;
};

const parameterTypeSchema: z.ZodType<ParameterType> = z.object({
  type: z.string(),
  get arrayType() {
    return parameterTypeSchema.optional();
  },
  get structTypes() {
    return z.array(z.object({ name: z.string().optional(), type: parameterTypeSchema })).optional();
  },
});

const parameterValueSchema: z.ZodType<ParameterValue> = z.object({
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  get arrayValues() {
    return z.array(parameterValueSchema).optional();
  },
  get structValues() {
    return z.record(z.string(), parameterValueSchema).optional();
  },
});

/** `queryParameters` of a query request. */
export const queryParametersSchema = z.array(
  z.object({
    name: z.string().nullish(),
    parameterType: parameterTypeSchema,
    parameterValue: parameterValueSchema.default({}),
  }),
);

export type QueryParameters = z.output<typeof queryParametersSchema>;
