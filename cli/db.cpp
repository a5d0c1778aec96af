// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/db.h"

#include <CLI/CLI.hpp>
#include <string>

#include "cli/output.h"
#include "cli/selection_options.h"
#include "postprocess/recording_report.h"

namespace tracker {
namespace {

class DbCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("db", "inspect and check recording files");
    command->require_subcommand(1);
    info_ = command->add_subcommand("info", "show format, size, time span and how it ended");
    verify_ = command->add_subcommand("verify", "read everything and report damage");
    for (CLI::App* subcommand : {info_, verify_}) {
      subcommand->fallthrough();
      add_file_argument(*subcommand, path_);
      add_format_option(*subcommand, format_);
    }
    info_->footer(
        "Examples:\n"
        "  tracker db info                  what kind of recording tracker.db is\n"
        "  tracker db info --format json a.db | jq .events");
    verify_->footer(
        "Exit status 1: something is damaged, or a part may be missing.\n"
        "Examples:\n"
        "  tracker db verify                whether tracker.db is whole\n"
        "  tracker db verify --format json a.db | jq '.problems[].where'");
    command->footer(
        "Examples:\n"
        "  tracker db info a.db     what kind of recording a.db is\n"
        "  tracker db verify a.db   exit status 1 where it is damaged");
    return command;
  }

  Result<int> run() override { return verify_->parsed() ? run_verify() : run_info(); }

 private:
  Result<int> run_info() {
    TRY_ASSIGN(info, read_info(path_));
    TRY(show(format_ == OutputFormat::kJson ? render_info_json(info) : render_info_text(info)));
    if (info.damage) return shown_in_part(*info.damage);
    return 0;
  }

  Result<int> run_verify() {
    TRY_ASSIGN(report, verify_recording(path_));
    TRY(show(format_ == OutputFormat::kJson ? render_verify_json(report, path_)
                                            : render_verify_text(report, path_)));
    if (!report.is_sound()) return damage_error(report, path_);
    return 0;
  }

  Result<void> show(const std::string& text) const {
    TRY_ASSIGN(output, Output::open(Output::lines_of(format_)));
    TRY(output->write(text));
    TRY(output->close());
    return {};
  }

  CLI::App* info_ = nullptr;
  CLI::App* verify_ = nullptr;
  std::string path_ = "tracker.db";
  OutputFormat format_ = OutputFormat::kText;
};

}  // namespace

std::unique_ptr<Command> make_db_command() { return std::make_unique<DbCommand>(); }

}  // namespace tracker
