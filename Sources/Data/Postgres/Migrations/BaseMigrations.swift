/// What the tables of every area build on.
package enum BaseMigrations {
  package static let all = [
    Migration(file: "m0001_base.sql", PackageResources.m0001_base_sql)
  ]
}
