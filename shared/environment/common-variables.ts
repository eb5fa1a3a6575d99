import * as z from "zod";

/** Environment variables of every function. */
export const commonVariables = {
  GOOGLE_CLOUD_PROJECT: z.string().min(1),
  /** Stands before the names of topics, so that several deployments share a project. */
  TOPIC_PREFIX: z
    .string()
    // As Terraform takes it: with a hyphen inside, two tenants could make one name of two.
    .regex(/^(?:[a-z][a-z0-9]{0,9}-)?$/, "must be 1 to 10 letters and digits and a hyphen")
    .default(""),
  /** Set by Cloud Run: the deployed revision. */
  K_REVISION: z.string().default("unknown"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
};

/** What the common variables say, in our words. */
export const commonConfig = (variables: z.output<z.ZodObject<typeof commonVariables>>) => ({
  projectId: variables.GOOGLE_CLOUD_PROJECT,
  topicPrefix: variables.TOPIC_PREFIX,
  functionVersion: variables.K_REVISION,
  logLevel: variables.LOG_LEVEL,
});
